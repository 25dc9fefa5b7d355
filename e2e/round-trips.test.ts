import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import type { ApiClient } from "../client/sdk/api-client.ts"
import { startTcpProxy, type TcpProxy } from "../local/tcp-proxy.ts"
import { type RunningSystem, runSystem, signedInUser } from "./running-system.ts"

// Start-up, SCRAM's two messages (RFC 5802 §3). Behind Hyperdrive they stay near the Worker.
const handshake = 3

let proxy: TcpProxy
let system: RunningSystem
let api: ApiClient
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
  api = await signedInUser(system.edgeUrl)
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

const create = () => api.createUploadJob({ files })

test("creating a job of a hundred photos is one round trip to the database", async () => {
  await create()
  expect(proxy.connections()).toMatchObject([{ roundTrips: handshake + 1 }])
})

test("finalizing, and asking for a job or a photo, is one round trip each", async () => {
  const { jobId, items } = await create()
  const photoId = items[0]?.photoId ?? ""
  for (const ask of [
    () => api.getUploadJob(jobId),
    () => api.getPhoto(photoId),
    () => api.finalizeUpload(photoId).catch(() => "not uploaded"),
  ]) {
    proxy.reset()
    await ask()
    expect(proxy.connections()).toMatchObject([{ roundTrips: handshake + 1 }])
  }
})
