import { expect, test } from "vitest"
import type { ProgressTick } from "../clients/user-channel.ts"
import { newId } from "../new-id.ts"
import { newProgressBuffer } from "./progress-buffer.ts"

const [first, second, third] = [newId.photo(), newId.photo(), newId.photo()]

test("a flush writes the highest number of bytes per photo, once", async () => {
  const buffer = newProgressBuffer()
  for (const bytesSent of [10, 30, 20]) buffer.add({ photoId: first, bytesSent })
  buffer.add({ photoId: second, bytesSent: 5 })
  const written: ProgressTick[][] = []
  await buffer.flush(async (ticks) => written.push(ticks))
  expect(written).toEqual([
    [
      { photoId: first, bytesSent: 30 },
      { photoId: second, bytesSent: 5 },
    ],
  ])
  expect(buffer.isEmpty()).toBe(true)
})

test("progress that could not be written is retried at the next flush and never replaces newer progress", async () => {
  const buffer = newProgressBuffer()
  buffer.add({ photoId: first, bytesSent: 10 })
  buffer.add({ photoId: second, bytesSent: 10 })
  const failed = buffer.flush(async () => {
    buffer.add({ photoId: first, bytesSent: 50 })
    throw new Error("outage")
  })
  await expect(failed).rejects.toThrow("outage")
  expect(buffer.unwritten()).toEqual([
    { photoId: first, bytesSent: 50 },
    { photoId: second, bytesSent: 10 },
  ])
})

test("progress counts as not written until the write has finished", async () => {
  const buffer = newProgressBuffer()
  buffer.add({ photoId: first, bytesSent: 10 })
  await buffer.flush(async () => expect(buffer.unwritten()).toEqual([{ photoId: first, bytesSent: 10 }]))
  expect(buffer.unwritten()).toEqual([])
})

test("a full buffer drops progress of additional photos and keeps that of buffered ones", () => {
  const buffer = newProgressBuffer(2)
  for (const photoId of [first, second, third]) buffer.add({ photoId, bytesSent: 1 })
  buffer.add({ photoId: first, bytesSent: 2 })
  expect(buffer.unwritten()).toEqual([
    { photoId: first, bytesSent: 2 },
    { photoId: second, bytesSent: 1 },
  ])
})
