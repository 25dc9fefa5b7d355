import { expect, test, vi } from "vitest"
import { eventChannel } from "./event-channel.ts"
import { recordOf, tableOf } from "./testing/records.ts"
import type { UploadEvent, UploadResult } from "./upload-types.ts"

const result: UploadResult = {
  jobIds: [],
  completed: [],
  failed: [],
  duplicates: [],
  cancelled: [],
  tagFailure: null,
}
const done: UploadEvent = { type: "done", result }
const resumed: UploadEvent = { type: "resumed" }
const progress = (): UploadEvent => ({ type: "progress", ...tableOf([recordOf("a")]).files.progress() })

const collect = async (iterator: AsyncIterator<UploadEvent>): Promise<UploadEvent[]> => {
  const events: UploadEvent[] = []
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) events.push(next.value)
  return events
}

test("an iterator yields the events in order until done; of successive sums only the latest", async () => {
  const channel = eventChannel()
  const iterator = channel.iterate()
  const latest = progress()
  for (const event of [resumed, progress(), latest, done]) channel.emit(event)
  expect(await collect(iterator)).toEqual([resumed, latest, done])
})

test("an iterator that starts after done yields only that, until the upload is opened again", async () => {
  const channel = eventChannel()
  channel.emit(done)
  expect(await collect(channel.iterate())).toEqual([done])
  channel.reopen()
  const iterator = channel.iterate()
  channel.emit(resumed)
  channel.emit(done)
  expect(await collect(iterator)).toEqual([resumed, done])
})

test("leaving the loop ends a waiting read", async () => {
  const iterator = eventChannel().iterate()
  const waiting = iterator.next()
  await iterator.return?.()
  expect(await waiting).toEqual({ done: true, value: undefined })
})

test("a listener receives its type of event until it is removed", () => {
  const channel = eventChannel()
  const listener = vi.fn()
  const remove = channel.on("resumed", listener)
  channel.emit(resumed)
  channel.emit(done)
  remove()
  channel.emit(resumed)
  expect(listener.mock.calls).toEqual([[resumed]])
})

test("an error of a listener is reported as uncaught and does not reach the upload", async () => {
  const channel = eventChannel()
  const other = vi.fn()
  channel.on("resumed", () => {
    throw new Error("of the app")
  })
  channel.on("resumed", other)
  const queued = vi.spyOn(globalThis, "queueMicrotask").mockImplementation(() => {})
  channel.emit(resumed)
  const [task] = queued.mock.calls[0] ?? []
  queued.mockRestore()
  expect(other).toHaveBeenCalledOnce()
  expect(task).toThrow("of the app")
})
