import { afterAll, beforeAll, expect, test } from "vitest"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem } from "./running-system.ts"
import { isRequest, startFaultProxy } from "./sdk/fault-proxy.ts"
import { sdkUser } from "./sdk/sdk-user.ts"

let system: RunningSystem
beforeAll(async () => {
  system = await runSystem({}, { storageEvents: false })
})
afterAll(() => system?.end())

test("without storage events, a few batch finalize calls are enough to complete every photo", async () => {
  const proxy = await startFaultProxy(system.edgeUrl)
  const { client } = await sdkUser(proxy.url)
  const photos = (await smallPhotos(40)).map(({ filename, content }) => ({ name: filename, content }))
  const { completed, failed } = await client.upload(photos).done
  expect(failed).toEqual([])
  expect(completed).toHaveLength(40)
  const finalized = proxy.requests().filter(isRequest("POST", /\/finalize$/))
  expect(finalized.every(({ path }) => path.startsWith("/commands/upload-jobs/"))).toBe(true)
  expect(finalized.length).toBeGreaterThan(0)
  expect(finalized.length).toBeLessThan(20)
  await proxy.stop()
})
