import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { largePhoto, smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { type Fault, isRequest, startFaultProxies } from "./fault-proxy.ts"
import { sdkUser } from "./sdk-user.ts"

let system: RunningSystem
beforeAll(async () => {
  // URLs and tokens expire while an upload runs.
  system = await runSystem(
    {},
    { edgeVariables: { UPLOAD_URL_TTL_SECONDS: "3", ACCESS_TOKEN_TTL_SECONDS: "3" } },
  )
})
afterAll(() => system?.end())

const inputs = async (count: number) =>
  (await smallPhotos(count)).map(({ filename, content }) => ({ name: filename, content }))

const isPut = isRequest("PUT", /original/)

test("expired URLs are renewed in one call for all files, and an expired token once for all requests", async () => {
  const proxies = await startFaultProxies(system)
  const { client } = await sdkUser(proxies.api.url)
  const renewals = () => proxies.api.requests().filter(isRequest("POST", /\/renew$/))
  const job = client.upload(await inputs(20), { concurrency: 1, checksums: false })
  await vi.waitFor(() => expect(proxies.storage.requests().some(isPut)).toBe(true), { timeout: 20_000 })
  job.pause()
  // A token is accepted for 5 s after its end, because clocks differ.
  const expiresAt = Date.now() + 9000
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(expiresAt), { timeout: 15_000 })
  expect(renewals()).toHaveLength(0)
  const unauthorized = () => proxies.api.requests().filter(({ status }) => status === 401)
  const refreshes = () => proxies.api.requests().filter(isRequest("POST", /\/auth\/(refresh|token)$/))
  const tokensBefore = refreshes().length
  job.resume()
  const { completed } = await job.done
  expect(completed).toHaveLength(20)
  const rejected = proxies.storage.requests().filter(({ status }) => status === 403)
  expect(rejected.length).toBeGreaterThan(0)
  const seconds = (Date.now() - expiresAt) / 1000
  // One when they had expired, and at most one for each further lifetime.
  expect(renewals().filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1 + seconds / 3)
  expect(unauthorized().length).toBeGreaterThan(0)
  expect(refreshes().length - tokensBefore).toBeLessThanOrEqual(2 + seconds / 3)
  await proxies.stop()
})

test("a PUT whose response was lost is not sent a second time into the object", async () => {
  const lost = new Set<string>()
  const proxies = await startFaultProxies(system, {
    storage: ({ method, path }): Fault => {
      const [key = ""] = path.split("?")
      if (method !== "PUT" || lost.has(key)) return "none"
      lost.add(key)
      return "lose-response"
    },
  })
  const { client } = await sdkUser(proxies.api.url)
  const { completed } = await client.upload(await inputs(3), { retryDelaysMs: [1, 1, 1] }).done
  expect(completed).toHaveLength(3)
  const statuses = proxies.storage
    .requests()
    .filter(isPut)
    .map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(3)
  expect(statuses.filter((status) => status === 412)).toHaveLength(3)
  await proxies.stop()
})

test("a 503 with Retry-After from the API and from S3 is waited for", async () => {
  const seen = new Map<string, number>()
  const firstOverloaded = ({ method, path }: { method: string; path: string }): Fault => {
    const key = `${method} ${path.split("?")[0]}`
    seen.set(key, (seen.get(key) ?? 0) + 1)
    const isFirst = seen.get(key) === 1
    return isFirst && (key.endsWith("/upload-jobs") || method === "PUT") ? "overload" : "none"
  }
  const proxies = await startFaultProxies(system, { api: firstOverloaded, storage: firstOverloaded })
  const { client } = await sdkUser(proxies.api.url)
  const { completed } = await client.upload(await inputs(2)).done
  expect(completed).toHaveLength(2)
  const creates = proxies.api.requests().filter(isRequest("POST", /\/upload-jobs$/))
  expect(creates.map(({ status }) => status)).toEqual([null, 201])
  expect((creates[1]?.at ?? 0) - (creates[0]?.at ?? 0)).toBeGreaterThanOrEqual(1000)
  await proxies.stop()
})

test("a large photo is sent in parts; a part whose response was lost, or whose URL expired, is repeated alone", async () => {
  let losses = 0
  const proxies = await startFaultProxies(system, {
    storage: ({ method, path }): Fault => {
      if (method !== "PUT" || !path.includes("partNumber=2&")) return "none"
      losses += 1
      return losses === 1 ? "lose-response" : "none"
    },
  })
  const { client } = await sdkUser(proxies.api.url)
  const content = new Blob([new Uint8Array(await largePhoto())])
  const job = client.upload([{ name: "large.png", content }], { retryDelaysMs: [1, 1, 1] })
  const { completed, failed } = await job.done
  expect(failed).toEqual([])
  const photo = await client.api.getPhoto(completed[0]?.photoId ?? "")
  expect(photo).toMatchObject({ status: "COMPLETED", checksum: completed[0]?.sha256 })
  const parts = proxies.storage.requests().filter(isRequest("PUT", /partNumber/))
  expect(
    parts.filter(({ fault }) => fault === "none").every(({ status }) => status === 200 || status === 403),
  ).toBe(true)
  const stored = new Set(parts.map(({ path }) => /partNumber=(\d+)/.exec(path)?.[1]))
  expect(stored.size).toBe(Math.ceil(content.size / (8 * 1024 * 1024)))
  await proxies.stop()
})
