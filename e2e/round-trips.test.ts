import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import type { ApiClient } from "../client/sdk/src/api/api-client.ts"
import { startTcpProxy, type TcpProxy } from "../local/tcp-proxy.ts"
import { authorizedFetch, newAccount, type RunningSystem, runSystem, signedInUser } from "./running-system.ts"

// The startup message and SCRAM's two messages (RFC 5802 §3). Hyperdrive keeps them near the Worker.
const handshake = 3

let proxy: TcpProxy
let system: RunningSystem
let api: ApiClient
const account = newAccount()
let request: Awaited<ReturnType<typeof authorizedFetch>>
beforeAll(async () => {
  system = await runSystem(
    {},
    {
      edgeDatabaseUrl: async (databaseUrl) => {
        const url = new URL(databaseUrl)
        proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) })
        url.port = String(proxy.port)
        return url.href
      },
    },
  )
  // Stop the relay: its events make the live channel read jobs.
  await system.processor().stop()
  api = await signedInUser(system.edgeUrl, account)
  request = await authorizedFetch(system.edgeUrl, account)
  await sampleLoadGate()
})
afterAll(async () => {
  await system?.end()
  await proxy?.stop()
})
beforeEach(() => proxy.reset())

const files = Array.from({ length: 100 }, (_, index) => ({
  filename: `IMG_${index}.jpg`,
  mimeType: "image/jpeg",
  bytes: 2_000_000,
}))

// The first command starts a sample of the load gate in the background. The next sample is taken five seconds later.
const sampleLoadGate = async () => {
  proxy.reset()
  await create()
  await vi.waitFor(() =>
    expect(proxy.connections().map(({ roundTrips }) => roundTrips)).toEqual([handshake + 1, handshake + 1]),
  )
}

const create = () => api.createUploadJob({ files })

test("creating a job of a hundred photos is one round trip to the database", async () => {
  await create()
  expect(proxy.connections()).toMatchObject([{ roundTrips: handshake + 1 }])
})

test("every other command and query is one round trip to the database", async () => {
  const { jobId, items } = await create()
  const [first = "", second = "", third = ""] = items.map(({ photoId }) => photoId)
  const operations: Record<string, () => Promise<unknown>> = {
    "get-upload-job": () => api.getUploadJob(jobId),
    "list-upload-jobs": () => api.listUploadJobs(),
    "get-photo": () => api.getPhoto(first),
    "list-photos": () => api.listPhotos({ q: "img" }),
    "list-photos by capture time": () => request("GET", "/queries/photos?q=img&sort=taken"),
    "list-photo-months": () => request("GET", "/queries/photos/months"),
    "list-photo-months with a filter": () => request("GET", "/queries/photos/months?q=img"),
    "verify-hashes": () => request("POST", "/queries/verify", { sha256: ["0".repeat(64)] }),
    "get-account": () => request("GET", "/queries/account"),
    "get-download-url": () => api.getDownloadUrl(first).catch(() => "not stored yet"),
    "get-photo-timeline": () => api.getPhotoTimeline(first),
    "dry-run": () => api.dryRun({ files }),
    "finalize-upload": () => api.finalizeUpload(first).catch(() => "not uploaded"),
    "finalize-upload-job": () => api.finalizeUploadJob(jobId),
    "renew-upload": () => api.renewUpload(first),
    "renew-upload-job": () => api.renewUploadJob(jobId),
    "tag-photo": () => api.tagPhoto(second, { labels: ["Sea"] }),
    "untag-photo": () => api.untagPhoto(second, "sea"),
    "tag-photos": () =>
      request("POST", "/commands/photos/tags", { photoIds: [second, third], add: ["Sea"], remove: ["Sky"] }),
    "delete-photos": () => request("POST", "/commands/photos/delete", { photoIds: [second] }),
    "cancel-photo": () => api.cancelPhoto(third),
    "cancel-upload-job": () => api.cancelUploadJob(jobId),
    "get-receipt": () => request("GET", `/queries/upload-jobs/${jobId}/receipt`),
  }
  const counted: Record<string, number[]> = {}
  for (const [name, operation] of Object.entries(operations)) {
    proxy.reset()
    await operation()
    counted[name] = proxy.connections().map(({ roundTrips }) => roundTrips - handshake)
  }
  expect(counted).toEqual(Object.fromEntries(Object.keys(operations).map((name) => [name, [1]])))
})

test("every session command is one round trip to the database", async () => {
  const origin = new URL(system.edgeUrl).origin
  const authorization = `Basic ${btoa(`${account.email}:${account.password}`)}`
  let cookie = ""
  const counted: number[][] = []
  for (const [method, path] of [
    ["POST", "/auth/session"],
    ["POST", "/auth/session/refresh"],
    ["DELETE", "/auth/session"],
  ] as const) {
    proxy.reset()
    const response = await request(method, path, undefined, { origin, authorization, cookie })
    expect(response.ok).toBe(true)
    cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? ""
    counted.push(proxy.connections().map(({ roundTrips }) => roundTrips - handshake))
  }
  expect(counted).toEqual([[1], [1], [1]])
})

test("a progress report does not wait for the database", async () => {
  const { items } = await create()
  const progress = items.map(({ photoId }) => ({ photoId, bytesSent: 1000, bytesTotal: 2_000_000 }))
  await api.reportProgress({ items: progress })
  // The first write may already run in the background; the second one is delayed by a second.
  proxy.reset()
  await api.reportProgress({ items: progress })
  const writes = await vi.waitFor(
    async () => {
      const { bytesSent } = await api.getUploadJob((await api.getPhoto(items[0]?.photoId ?? "")).jobId)
      expect(bytesSent).toBe(100 * 1000)
      return proxy.connections()
    },
    { timeout: 5000, interval: 100 },
  )
  expect(writes.every(({ roundTrips }) => roundTrips <= handshake + 1)).toBe(true)
})
