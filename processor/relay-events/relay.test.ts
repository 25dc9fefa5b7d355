import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { OutboxEvent } from "../../domain/cloud-event.ts"
import { type RejectedEvent, type RelayPorts, relayEvents, SinkRejected } from "./relay.ts"

const event = (sequence: number, job = sequence % 3): OutboxEvent => ({
  sequence,
  eventId: `evt_${sequence}`,
  type: "PhotoQueued",
  userId: "usr_1",
  jobId: `job_${job}`,
  photoId: `ph_${sequence}`,
  data: {},
  occurredAt: new Date(0),
})

const maxAttempts = 3

/** An outbox in memory, and what the sink got of it. */
const newOutbox = (count: number) => {
  const waiting = new Map(Array.from({ length: count }, (_, index) => [index + 1, event(index + 1)]))
  const attempts = new Map<number, number>()
  const postponed = new Set<number>()
  const parked: number[] = []
  const received: number[] = []
  const ports = (overrides: Partial<RelayPorts> = {}): RelayPorts => ({
    read: async () => {
      const held = new Set([...postponed].map((sequence) => waiting.get(sequence)?.jobId))
      const due = [...waiting.values()].filter(({ jobId }) => !held.has(jobId)).slice(0, 4)
      if (due.length === 0) postponed.clear()
      return due
    },
    sinks: [
      {
        name: "sink",
        publish: async (events) => {
          received.push(...events.map(({ sequence }) => sequence))
        },
      },
    ],
    markPublished: async (events) => {
      for (const { sequence } of events) waiting.delete(sequence)
    },
    postpone: async (refused: readonly RejectedEvent[]) => {
      for (const { sequence } of refused) {
        const failed = (attempts.get(sequence) ?? 0) + 1
        attempts.set(sequence, failed)
        if (failed >= maxAttempts) {
          waiting.delete(sequence)
          parked.push(sequence)
        } else postponed.add(sequence)
      }
    },
    waitForWork: async () => undefined,
    recover: async () => undefined,
    ...overrides,
  })
  const isDone = () => waiting.size === 0
  return { ports, waiting, parked, received, isDone }
}

const inOrderPerJob = (received: readonly number[]) => {
  const firsts = [...new Set(received)]
  for (const job of [0, 1, 2]) {
    const own = firsts.filter((sequence) => sequence % 3 === job)
    expect(own).toEqual([...own].sort((a, b) => a - b))
  }
}

describe("the relay", () => {
  test("brings every event to the sink once, in order, and ends when told to with nothing left", async () => {
    const outbox = newOutbox(20)
    await relayEvents(
      outbox.ports(),
      () => true,
      () => false,
    )
    expect(outbox.received).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    expect(outbox.isDone()).toBe(true)
  })

  test("loses nothing when it dies at any await, and its successor keeps the order of every job", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(12), { maxLength: 6 }), async (deaths) => {
        const outbox = newOutbox(17)
        for (const awaits of deaths) {
          let left = awaits
          const dying =
            <Args extends unknown[], Result>(step: (...args: Args) => Promise<Result>) =>
            async (...args: Args) => {
              if (left-- <= 0) throw new Error("killed before")
              const result = await step(...args)
              if (left-- <= 0) throw new Error("killed behind")
              return result
            }
          const ports = outbox.ports()
          const mortal: RelayPorts = {
            ...ports,
            read: dying(ports.read),
            markPublished: dying(ports.markPublished),
            sinks: ports.sinks.map((sink) => ({ ...sink, publish: dying(sink.publish) })),
            recover: async (error) => {
              throw error
            },
          }
          await relayEvents(mortal, () => false, outbox.isDone).catch(() => undefined)
        }
        await relayEvents(
          outbox.ports(),
          () => true,
          () => false,
        )
        expect(new Set(outbox.received).size).toBe(17)
        inOrderPerJob(outbox.received)
      }),
    )
  })

  test("parks an event that is refused again and again, and no other job waits for it", async () => {
    const outbox = newOutbox(12)
    const ports = outbox.ports()
    const refusing = ports.sinks.map((sink) => ({
      ...sink,
      publish: async (events: readonly OutboxEvent[]) => {
        if (events.some(({ sequence }) => sequence === 2)) throw new SinkRejected("no")
        await sink.publish(events)
      },
    }))
    await relayEvents({ ...ports, sinks: refusing }, () => false, outbox.isDone)
    expect(outbox.parked).toEqual([2])
    expect(new Set(outbox.received)).toEqual(new Set([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]))
    inOrderPerJob(outbox.received)
    expect(outbox.received.indexOf(3)).toBeLessThan(outbox.received.indexOf(5))
  })

  test("waits through an outage, without blaming the events, and goes on", async () => {
    const outbox = newOutbox(5)
    const outages: number[] = []
    let failures = 3
    const ports = outbox.ports({
      recover: async (_, count) => {
        outages.push(count)
      },
    })
    const failing = ports.sinks.map((sink) => ({
      ...sink,
      publish: async (events: readonly OutboxEvent[]) => {
        if (failures-- > 0) throw new Error("down")
        await sink.publish(events)
      },
    }))
    await relayEvents({ ...ports, sinks: failing }, () => false, outbox.isDone)
    expect(outages).toEqual([1, 2, 3])
    expect(outbox.received).toEqual([1, 2, 3, 4, 5])
  })

  test("goes on without the event that breaks the sink every time: no other job waits for it", async () => {
    const outbox = newOutbox(12)
    const ports = outbox.ports()
    const breaking = ports.sinks.map((sink) => ({
      ...sink,
      publish: async (events: readonly OutboxEvent[]) => {
        if (events.some(({ sequence }) => sequence === 2)) throw new Error("500")
        await sink.publish(events)
      },
    }))
    const others = [1, 3, 4, 6, 7, 9, 10, 12]
    const isDone = () => others.every((sequence) => !outbox.waiting.has(sequence))
    await relayEvents({ ...ports, sinks: breaking }, () => false, isDone)
    expect(new Set(outbox.received)).toEqual(new Set(others))
  })

  test("marks nothing once another one relays", async () => {
    const outbox = newOutbox(3)
    await relayEvents(
      outbox.ports(),
      () => false,
      () => outbox.received.length > 0,
    )
    expect(outbox.waiting.size).toBe(3)
  })
})
