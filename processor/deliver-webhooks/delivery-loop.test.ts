import { describe, expect, test } from "vitest"
import { type DeliveryPorts, deliverDue } from "./delivery-loop.ts"
import type { DeliveryOutcome, DueDelivery } from "./sql.ts"

const delivery = (deliveryId: number, endpointId = "whk_1"): DueDelivery => ({
  deliveryId,
  endpointId,
  eventId: `evt_${deliveryId}`,
  event: {},
  url: "https://example.com/",
  secrets: [],
  attempt: 1,
  ageMs: 0,
  isProbe: false,
})
const delivered = ({ deliveryId, attempt, isProbe }: DueDelivery): DeliveryOutcome => ({
  deliveryId,
  attempt,
  isProbe,
  status: "DELIVERED",
  lastStatus: 204,
  lastError: null,
  retryAfterMs: null,
  disableReason: null,
})

/** Deliveries in memory, by endpoint. The loop stops when no delivery is left. */
const newQueue = (counts: readonly number[], overrides: Partial<DeliveryPorts> = {}) => {
  let nextId = 1
  const waiting = new Map(
    counts.map((count, index) => {
      const endpointId = `whk_${index + 1}`
      return [endpointId, Array.from({ length: count }, () => delivery(nextId++, endpointId))]
    }),
  )
  const recorded: number[] = []
  const attempted: string[] = []
  const errors: unknown[] = []
  const stopping = new AbortController()
  const leaseDue: DeliveryPorts["leaseDue"] = async (limit, after) => {
    const following = [...waiting].filter(([endpointId, queue]) => endpointId > after && queue.length > 0)
    const served = following.slice(0, limit)
    const last = served.at(-1)?.[0] ?? null
    return {
      deliveries: served.flatMap(([, queue]) => queue.shift() ?? []),
      after: served.length === limit ? last : null,
    }
  }
  const ports: DeliveryPorts = {
    leaseDue,
    attempt: async (each) => {
      attempted.push(each.endpointId)
      return delivered(each)
    },
    record: async ({ deliveryId }) => {
      recorded.push(deliveryId)
    },
    waitForWork: async () => stopping.abort(),
    onError: (error) => errors.push(error),
    ...overrides,
  }
  const left = () => [...waiting.values()].reduce((sum, queue) => sum + queue.length, 0)
  const run = () => deliverDue(ports, 3, stopping.signal)
  return { run, leaseDue, left, recorded, attempted, errors, stop: () => stopping.abort() }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe("the delivery loop", () => {
  test("attempts every due delivery, and never exceeds its concurrency", async () => {
    let inFlight = 0
    let most = 0
    const queue = newQueue([5, 5, 5, 5], {
      attempt: async (each) => {
        inFlight += 1
        most = Math.max(most, inFlight)
        await Promise.resolve()
        inFlight -= 1
        return delivered(each)
      },
    })
    await queue.run()
    expect(queue.recorded.toSorted((a, b) => a - b)).toEqual(upTo(20))
    expect(most).toBe(3)
  })

  test("serves endpoints in turn, regardless of the length of their queues", async () => {
    const queue = newQueue([50, 2, 2, 2])
    await queue.run()
    const lastOf = (endpointId: string) => queue.attempted.lastIndexOf(endpointId)
    expect(Math.max(lastOf("whk_2"), lastOf("whk_3"), lastOf("whk_4"))).toBeLessThan(12)
    expect(queue.attempted).toHaveLength(56)
  })

  test("continues with other endpoints while a receiver hangs", async () => {
    const hanging = Promise.withResolvers<void>()
    const queue = newQueue([10, 10], {
      attempt: async (each) => {
        if (each.deliveryId === 1) await hanging.promise
        return delivered(each)
      },
      record: async ({ deliveryId }) => {
        queue.recorded.push(deliveryId)
        if (queue.recorded.length === 19) hanging.resolve()
      },
      waitForWork: async () => {
        if (queue.recorded.length === 20) queue.stop()
      },
    })
    await queue.run()
    expect(queue.recorded.at(-1)).toBe(1)
    expect(queue.recorded).toHaveLength(20)
  })

  test("leases no more deliveries when it stops, and finishes those in flight", async () => {
    const queue = newQueue([5, 5, 5, 5], {
      attempt: async (each) => {
        queue.stop()
        return delivered(each)
      },
    })
    await queue.run()
    expect(queue.recorded).toEqual([1, 6, 11])
    expect(queue.left()).toBe(17)
  })

  test("continues after an outage of the database: other deliveries are recorded, and the loop leases again", async () => {
    let leases = 0
    let waits = 0
    const outage = new Error("outage")
    const queue = newQueue([1, 1, 1, 1], {
      leaseDue: async (limit, after) => {
        leases += 1
        if (leases === 1) throw outage
        return queue.leaseDue(limit, after)
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
