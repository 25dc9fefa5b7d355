import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { OutboxEvent } from "../../domain/cloud-event.ts"
import { BatchRejected, type FailedEvent, type PostponedEvent, type Sink } from "./deliver-batch.ts"
import { type RelayPorts, relayEvents } from "./relay.ts"

/** An event of one of three users with one job each, in turn. */
const event = (sequence: number): OutboxEvent => ({
  sequence,
  eventId: `evt_${sequence}`,
  type: "PhotoQueued",
  userId: `usr_${sequence % 3}`,
  jobId: `job_${sequence % 3}`,
  photoId: `ph_${sequence}`,
  data: {},
  occurredAt: new Date(0),
})

const maxAttempts = 3
const batchSize = 4
const never = new AbortController().signal
const stopped = AbortSignal.abort()

/** An in-memory outbox with one sink, and the sequences that the sink received. */
const newOutbox = (count: number, events = Array.from({ length: count }, (_, index) => event(index + 1))) => {
  const state = { position: 0 }
  const undelivered = new Map<number, PostponedEvent & { attempts: number }>()
  const parked: number[] = []
  const received: number[] = []
  const outages: number[] = []
  const holdOf = ({ userId, jobId }: OutboxEvent) =>
    [...undelivered.values()].find(({ holdKey }) => holdKey === userId || holdKey === jobId)?.holdKey ?? null

  const sink: Sink = {
    name: "sink",
    publish: async (sent) => {
      received.push(...sent.map(({ sequence }) => sequence))
      return []
    },
    probe: async () => undefined,
  }
  const settle: RelayPorts["settle"] = async ({ advance }, { accepted, postponed }) => {
    if (advance) state.position = advance.to
    for (const { sequence } of accepted) undelivered.delete(sequence)
    for (const each of postponed) {
      const attempts = (undelivered.get(each.sequence)?.attempts ?? 0) + (each.error === null ? 0 : 1)
      if (attempts < maxAttempts) undelivered.set(each.sequence, { ...each, attempts })
      else {
        undelivered.delete(each.sequence)
        parked.push(each.sequence)
      }
    }
    return true
  }
  const ports = (overrides: Partial<RelayPorts> = {}): RelayPorts => ({
    sink,
    read: async (after) => {
      const from = after ?? state.position
      const next = events.slice(from, from + batchSize)
      if (next.length > 0)
        return {
          events: next.map((each) => ({ ...each, holdKey: holdOf(each) })),
          advance: { from, to: from + next.length },
          hasMore: next.length === batchSize,
        }
      // After the new events, the postponed ones. The real relay reads them in a separate loop.
      const due = events.filter(({ sequence }) => undelivered.has(sequence))
      return { events: due.map((each) => ({ ...each, holdKey: null })), advance: null, hasMore: false }
    },
    settle,
    waitForWork: async () => undefined,
    onOutage: (_, failures) => outages.push(failures),
    pause: async () => undefined,
    ...overrides,
  })
  return { ports, sink, state, undelivered, parked, received, outages }
}

const expectOrderPerJob = (received: readonly number[]) => {
  const firsts = [...new Set(received)]
  for (const job of [0, 1, 2]) {
    const own = firsts.filter((sequence) => sequence % 3 === job)
    expect(own).toEqual([...own].sort((a, b) => a - b))
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe("the relay", () => {
  test("delivers every event once and in order, and stops when no event is left", async () => {
    const outbox = newOutbox(20)
    await relayEvents(outbox.ports(), { stopping: stopped, lost: never })
    expect(outbox.received).toEqual(upTo(20))
  })

  test("loses no event when it dies at any await, and the next relay keeps the order of every job", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(12), { maxLength: 6 }), async (deaths) => {
        const outbox = newOutbox(17)
        for (const awaits of deaths) {
          let remaining = awaits
          const dying =
            <Args extends unknown[], Result>(step: (...args: Args) => Promise<Result>) =>
            async (...args: Args) => {
              if (remaining-- <= 0) throw new Error("killed before")
              const result = await step(...args)
              if (remaining-- <= 0) throw new Error("killed after")
              return result
            }
          const ports = outbox.ports()
          const dyingPorts: RelayPorts = {
            ...ports,
            read: dying(ports.read),
            settle: dying(ports.settle),
            sink: { ...ports.sink, publish: dying(ports.sink.publish) },
            pause: async () => {
              throw new Error("killed in the sink")
            },
          }
          await relayEvents(dyingPorts, { stopping: never, lost: never }).catch(() => undefined)
        }
        await relayEvents(outbox.ports(), { stopping: stopped, lost: never })
        expect(new Set(outbox.received).size).toBe(17)
        expectOrderPerJob(outbox.received)
      }),
    )
  })

  test("delivers the events of all other users while the sink reports failures of many users", async () => {
    const users = 40
    const events = upTo(400).map((sequence) => ({
      ...event(sequence),
      userId: `usr_${sequence % users}` as const,
      jobId: `job_${sequence % users}` as const,
    }))
    const isFailing = ({ userId }: OutboxEvent) => Number(userId.slice(4)) < users - 5
    const outbox = newOutbox(400, events)
    const failing: Sink = {
      ...outbox.sink,
      publish: async (sent) => {
        await outbox.sink.publish(sent.filter((each) => !isFailing(each)))
        return sent
          .filter(isFailing)
          .map(({ sequence, userId }): FailedEvent => ({ sequence, error: "no", holdKey: userId }))
      },
    }
    await relayEvents(outbox.ports({ sink: failing }), { stopping: stopped, lost: never })
    const healthy = events.filter((each) => !isFailing(each)).map(({ sequence }) => sequence)
    expect(outbox.received).toEqual(healthy)
    expect(outbox.outages).toEqual([])
    expect(outbox.parked).toHaveLength(400 - healthy.length)
  })

  test("parks an event that fails repeatedly, and only later events of the same job wait for it", async () => {
    const outbox = newOutbox(12)
    const failing: Sink = {
      ...outbox.sink,
      publish: async (sent) => {
        const isHeld = (each: OutboxEvent) =>
          each.jobId === "job_2" && sent.some(({ sequence }) => sequence === 2)
        await outbox.sink.publish(sent.filter((each) => !isHeld(each)))
        return sent.filter(isHeld).map(({ sequence, jobId }) => ({ sequence, error: "no", holdKey: jobId }))
      },
    }
    await relayEvents(outbox.ports({ sink: failing }), { stopping: stopped, lost: never })
    expect(outbox.parked).toEqual([2])
    expect(outbox.received.toSorted((a, b) => a - b)).toEqual(upTo(12).filter((sequence) => sequence !== 2))
    expectOrderPerJob(outbox.received)
    expect(outbox.received.indexOf(12)).toBeLessThan(outbox.received.indexOf(5))
  })

  test("retries during an outage, parks no event, and continues after it", async () => {
    const outbox = newOutbox(5)
    let failures = 6
    const down: Sink = {
      ...outbox.sink,
      publish: async (sent) => {
        if (failures > 0) throw new Error("down")
        return outbox.sink.publish(sent)
      },
      probe: async () => {
        throw new Error("down")
      },
    }
    const pause = async () => {
      failures -= 1
    }
    const ending = new AbortController()
    const waitForWork = async () => ending.abort()
    await relayEvents(outbox.ports({ sink: down, pause, waitForWork }), {
      stopping: ending.signal,
      lost: never,
    })
    expect(outbox.outages).toEqual([1, 2, 3, 4, 5, 6])
    expect(outbox.received).toEqual([1, 2, 3, 4, 5])
    expect(outbox.parked).toEqual([])
  })

  test.each([
    ["makes the sink fail, which otherwise responds", () => new Error("500"), 3],
    ["makes the sink reject the whole batch", () => new BatchRejected("413"), 0],
  ])("isolates an event that %s", async (_, errorOf, outages) => {
    const outbox = newOutbox(12)
    const breaking: Sink = {
      ...outbox.sink,
      publish: async (sent) => {
        if (sent.some(({ sequence }) => sequence === 2)) throw errorOf()
        return outbox.sink.publish(sent)
      },
    }
    const ending = new AbortController()
    const ports = outbox.ports({ sink: breaking, waitForWork: async () => ending.abort() })
    await relayEvents(ports, { stopping: ending.signal, lost: never })
    expect(outbox.parked).toEqual([2])
    expect(new Set(outbox.received)).toEqual(new Set(upTo(12).filter((sequence) => sequence !== 2)))
    expectOrderPerJob(outbox.received)
    expect(outbox.outages.slice(0, outages)).toEqual(upTo(outages))
  })

  test("reads the next batch while the sink works, unless events were postponed", async () => {
    const outbox = newOutbox(20)
    const reads: (number | null)[] = []
    const ports = outbox.ports()
    const read: RelayPorts["read"] = (after) => {
      reads.push(after)
      return ports.read(after)
    }
    const sink: Sink = {
      ...outbox.sink,
      publish: async (sent) => {
        await outbox.sink.publish(sent.filter(({ sequence }) => sequence !== 6))
        return sent
          .filter(({ sequence }) => sequence === 6)
          .map(({ sequence, jobId }) => ({ sequence, error: "no", holdKey: jobId }))
      },
    }
    await relayEvents({ ...ports, sink, read }, { stopping: stopped, lost: never })
    // The batch after 8 was read before event 6 failed, and again afterwards.
    expect(reads.slice(0, 5)).toEqual([null, 4, 8, null, 12])
    expectOrderPerJob(outbox.received)
  })

  test("does not advance the position after another process has become the relay", async () => {
    const outbox = newOutbox(3)
    const lost = new AbortController()
    const sink: Sink = {
      ...outbox.sink,
      publish: async (sent) => {
        lost.abort()
        return outbox.sink.publish(sent)
      },
    }
    await relayEvents(outbox.ports({ sink }), { stopping: never, lost: lost.signal })
    expect(outbox.received).toEqual([1, 2, 3])
    expect(outbox.state.position).toBe(0)
  })
})
