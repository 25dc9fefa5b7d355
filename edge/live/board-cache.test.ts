import { expect, test } from "vitest"
import type { JobId } from "../../domain/ids.ts"
import { newId } from "../new-id.ts"
import { newBoardCache } from "./board-cache.ts"
import type { JobBoard } from "./job-board.ts"

const boardOf = (jobId: JobId): JobBoard => ({ jobId, photos: new Map() })

test("two concurrent loads of one job read it once and return the same board", async () => {
  const cache = newBoardCache()
  const jobId = newId.job()
  const { promise, resolve } = Promise.withResolvers<JobBoard>()
  let loads = 0
  const load = () => {
    loads += 1
    return promise
  }
  const both = Promise.all([cache.get(jobId, load), cache.get(jobId, load)])
  resolve(boardOf(jobId))
  const [first, second] = await both
  expect(loads).toBe(1)
  expect(second).toBe(first)
  expect(await cache.get(jobId, load)).toBe(first)
  expect(loads).toBe(1)
})

test("the least recently used board is dropped first", async () => {
  const cache = newBoardCache(2)
  const [first, second, third] = [newId.job(), newId.job(), newId.job()]
  for (const jobId of [first, second, first, third]) await cache.get(jobId, async () => boardOf(jobId))
  expect(Array.from(cache.all(), ({ jobId }) => jobId)).toEqual([first, third])
})

test("a missing job and a failed load are not cached", async () => {
  const cache = newBoardCache()
  const jobId = newId.job()
  expect(await cache.get(jobId, async () => null)).toBeNull()
  await expect(cache.get(jobId, () => Promise.reject(new Error("outage")))).rejects.toThrow("outage")
  expect(await cache.get(jobId, async () => boardOf(jobId))).toMatchObject({ jobId })
})
