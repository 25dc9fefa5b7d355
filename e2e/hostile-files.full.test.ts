import { afterAll, beforeAll, expect, test } from "vitest"
import { hostileFiles } from "./hostile-files.ts"
import { peakMemoryBytes } from "./peak-memory.ts"
import { fileOf, smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser, uploadAll } from "./running-system.ts"

let system: RunningSystem
beforeAll(async () => {
  system = await runSystem()
})
afterAll(() => system?.end())

const peakLimitBytes = 800 * 1024 ** 2

test("hostile, heavy and damaged photos get the right outcome within the memory limit, and valid photos complete", async () => {
  const hostile = await hostileFiles()
  const files = await Promise.all(hostile.map(async ({ filename, bytes }) => fileOf(filename, await bytes())))
  const expected = new Map<string, string>(hostile.map(({ filename, outcome }) => [filename, outcome]))
  const { job, photos } = await uploadAll(await signedInUser(system.edgeUrl), [
    ...files,
    ...(await smallPhotos(10)),
  ])
  expect(job.terminal).toBe(true)
  const outcomes = photos.map(({ filename, failureReason }) => [filename, failureReason ?? "accepted"])
  expect(outcomes).toEqual(photos.map(({ filename }) => [filename, expected.get(filename) ?? "accepted"]))
  const peak = await peakMemoryBytes(system.processor().groupId)
  if (peak !== null) expect(peak).toBeLessThan(peakLimitBytes)
})
