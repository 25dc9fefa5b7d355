import { afterAll, beforeAll, expect, test } from "vitest"
import { smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { isRequest, startFaultProxy } from "./fault-proxy.ts"
import { sdkUser } from "./sdk-user.ts"

let system: RunningSystem
beforeAll(async () => {
  system = await runSystem()
})
afterAll(() => system?.end())

test("600 files become two jobs with one result; their requests stay below the limits", async () => {
  const proxy = await startFaultProxy(system.edgeUrl)
  const { client } = await sdkUser(proxy.url)
  const [photo] = await smallPhotos(1)
  if (!photo) throw new Error("no photo")
  const whole = await photo.content.bytes()
  // Bytes behind the end of the image make every file another one.
  const files = Array.from({ length: 600 }, (_, index) => ({
    name: `IMG_${index}.jpg`,
    content: new Blob([whole, `${index}`.padStart(4, "0")]),
  }))
  const job = client.upload(files)
  const result = await job.done
  expect(result.failed).toEqual([])
  expect(result.completed).toHaveLength(600)
  expect(result.completed.every(({ thumbnails }) => thumbnails.length === 2)).toBe(true)
  const jobs = await Promise.all(result.jobIds.map((jobId) => client.api.getUploadJob(jobId)))
  expect(jobs.map(({ status, totalCount }) => [status, totalCount])).toEqual([
    ["COMPLETED", 500],
    ["COMPLETED", 100],
  ])
  expect(proxy.requests().filter(({ status }) => status === 429)).toEqual([])
  const posts = proxy.requests().filter(isRequest("POST", /progress$/))
  const seconds = ((posts.at(-1)?.at ?? 0) - (posts[0]?.at ?? 0)) / 1000
  expect(posts.length).toBeLessThanOrEqual(seconds + 2)
  await proxy.stop()
})
