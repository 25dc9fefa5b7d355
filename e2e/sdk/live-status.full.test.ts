import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest"
import { smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { type Fault, type FaultProxy, isRequest, startFaultProxy } from "./fault-proxy.ts"
import { sdkUser } from "./sdk-user.ts"

let system: RunningSystem
let proxy: FaultProxy | undefined
beforeAll(async () => {
  system = await runSystem()
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await proxy?.stop()
  proxy = undefined
})
afterAll(() => system?.end())

const channels = () => (proxy?.requests() ?? []).filter(isRequest("GET", /^\/queries\/events/))
const polls = () => (proxy?.requests() ?? []).filter(isRequest("GET", /^\/queries\/upload-jobs\//))
const ticketOf = ({ path }: { path: string }) => /ticket=([^&]+)/.exec(path)?.[1]

/** Uploads 8 photos through the proxy; `onFirst` is called when the first file is completed. */
const upload = async (nextFault: () => Fault = () => "none", onFirst = () => {}) => {
  proxy = await startFaultProxy(system.edgeUrl, ({ path }) =>
    path.startsWith("/queries/events") ? nextFault() : "none",
  )
  const { client } = await sdkUser(proxy.url)
  const photos = (await smallPhotos(8)).map(({ filename, content }) => ({ name: filename, content }))
  const job = client.upload(photos, { thumbnails: false })
  let isFirst = true
  job.on("file", ({ file }) => {
    if (file.status !== "completed" || !isFirst) return
    isFirst = false
    onFirst()
  })
  const { completed } = await job.done
  expect(completed).toHaveLength(8)
}

test("the status comes over one WebSocket: the job is read when it opens and when the job is over", async () => {
  await upload()
  expect(channels()).toHaveLength(1)
  expect(polls().length).toBeLessThanOrEqual(4)
})

test("without WebSockets the status comes over server-sent events", async () => {
  vi.stubGlobal("WebSocket", undefined)
  await upload()
  expect(channels().map(({ status }) => status)).toEqual([200])
  expect(polls().length).toBeLessThanOrEqual(4)
})

test("without any channel the job is polled; a poll returns the job, or 304 if it is unchanged", async () => {
  await upload(() => "missing")
  expect(polls().length).toBeGreaterThan(0)
  expect(polls().every(({ status }) => status === 200 || status === 304)).toBe(true)
})

test.each(["WebSocket", "server-sent events"])(
  "a server that closes the %s channel in mid-upload loses nothing; each connection has its own ticket",
  async (kind) => {
    if (kind !== "WebSocket") vi.stubGlobal("WebSocket", undefined)
    await upload(
      () => "none",
      () => proxy?.closeChannels(),
    )
    const tickets = channels().map(ticketOf)
    expect(new Set(tickets).size).toBe(tickets.length)
  },
)
