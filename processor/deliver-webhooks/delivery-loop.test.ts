import { describe, expect, test } from "vitest"
import { type DeliveryPorts, deliverDue } from "./delivery-loop.ts"
import type { DeliveryOutcome, DueDelivery } from "./sql.ts"

const delivery = (deliveryId: number): DueDelivery => ({
  deliveryId,
  endpointId: "whk_1",
  eventId: `evt_${deliveryId}`,
  event: {},
  url: "https://example.com/",
  secrets: [],
  attempt: 1,
})
const delivered = ({ deliveryId, attempt }: DueDelivery): DeliveryOutcome => ({
  deliveryId,
  attempt,
  status: "DELIVERED",
  lastStatus: 204,
  lastError: null,
  retryAfterMs: null,
  disableReason: null,
})

/** Deliveries in memory; delivering stops when there is nothing left to take. */
const newQueue = (count: number, overrides: Partial<DeliveryPorts> = {}) => {
  const waiting = Array.from({ length: count }, (_, index) => delivery(index + 1))
  const recorded: number[] = []
  const errors: unknown[] = []
  let isStopping = false
  const stop = () => {
    isStopping = true
  }
  const ports: DeliveryPorts = {
    takeDue: async (limit) => waiting.splice(0, limit),
    attempt: async (each) => delivered(each),
    record: async ({ deliveryId }) => {
      recorded.push(deliveryId)
    },
    waitForWork: async () => stop(),
    onError: (error) => errors.push(error),
    ...overrides,
  }
  return { run: () => deliverDue(ports, 3, () => isStopping), waiting, recorded, errors, stop }
}

describe("delivering", () => {
  test("attempts everything that is due, never more than may be in hand at once", async () => {
    let inHand = 0
    let most = 0
    const queue = newQueue(20, {
      attempt: async (each) => {
        inHand += 1
        most = Math.max(most, inHand)
        await Promise.resolve()
        inHand -= 1
        return delivered(each)
      },
    })
    await queue.run()
    expect(queue.recorded.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect(most).toBe(3)
  })

  test("goes on past a receiver that hangs", async () => {
    const hanging = Promise.withResolvers<void>()
    const queue = newQueue(20, {
      attempt: async (each) => {
        if (each.deliveryId === 1) await hanging.promise
        return delivered(each)
      },
      record: async ({ deliveryId }) => {
        queue.recorded.push(deliveryId)
        if (queue.recorded.length === 19) hanging.resolve()
      },
    })
    await queue.run()
    expect(queue.recorded.at(-1)).toBe(1)
    expect(queue.recorded).toHaveLength(20)
  })

  test("that is to stop takes nothing more and finishes what is in hand", async () => {
    const queue = newQueue(20, {
      attempt: async (each) => {
        queue.stop()
        return delivered(each)
      },
    })
    await queue.run()
    expect(queue.recorded).toEqual([1, 2, 3])
    expect(queue.waiting).toHaveLength(17)
  })

  test("outlives an outage of the database: other deliveries are recorded, and the loop looks again", async () => {
    let looks = 0
    let waits = 0
    const outage = new Error("outage")
    const queue = newQueue(4, {
      takeDue: async (limit) => {
        looks += 1
        if (looks === 1) throw outage
        return queue.waiting.splice(0, limit)
      },
      record: async ({ deliveryId }) => {
        if (deliveryId === 2) throw outage
        queue.recorded.push(deliveryId)
      },
      waitForWork: async () => {
        waits += 1
        if (waits > 1) queue.stop()
      },
    })
    await queue.run()
    expect(queue.recorded).toEqual([1, 3, 4])
    expect(queue.errors).toEqual([outage, outage])
  })
})
