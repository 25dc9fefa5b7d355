import { afterAll, beforeAll, expect, test } from "vitest"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser, uploadAll } from "./running-system.ts"

let system: RunningSystem
beforeAll(async () => {
  system = await runSystem({}, { storageEvents: false })
})
afterAll(() => system?.end())

test("with a storage that never tells, finalize alone carries every photo to COMPLETED", async () => {
  const { job } = await uploadAll(await signedInUser(system.edgeUrl), await smallPhotos(10))
  expect(job).toMatchObject({ status: "COMPLETED", completedCount: 10 })
})
