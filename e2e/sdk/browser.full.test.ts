import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join, normalize } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { repository } from "../../local/settings.ts"
import { type BrowserPage, openBrowserPage } from "../browser/chromium.ts"
import { largePhoto, smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { type Fault, isRequest, startFaultProxies } from "./fault-proxy.ts"
import { sdkUser } from "./sdk-user.ts"

const sdk = join(repository, "client/sdk")
const photos = new Map<string, Uint8Array>()
let system: RunningSystem
let site: Server
let origin: string
let page: BrowserPage
beforeAll(async () => {
  await promisify(execFile)("npm", ["run", "build"], { cwd: sdk })
  system = await runSystem()
  for (const { filename, content } of await smallPhotos(6)) photos.set(filename, await content.bytes())
  photos.set("large.png", await largePhoto())
  // The built package, as it is, and the photos.
  site = createServer((request, response) => {
    const path = normalize(request.url ?? "/")
    const photo = photos.get(path.slice(1))
    if (photo) return void response.end(photo)
    if (!path.startsWith("/sdk/"))
      return void response.setHeader("content-type", "text/html").end("<!doctype html>")
    readFile(join(sdk, "dist", path.slice("/sdk/".length))).then(
      (script) => response.setHeader("content-type", "text/javascript").end(script),
      () => response.writeHead(404).end(),
    )
  })
  site.listen(0, "127.0.0.1")
  await once(site, "listening")
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})
beforeEach(async () => {
  page = await openBrowserPage()
  return () => page.close()
})
afterAll(async () => {
  site?.close()
  await system?.end()
})

/** Opens the page with a client, and files that are the same after a reload. */
const openPage = async (baseUrl: string, account: object, before = "") => {
  await page.goto(`${origin}/`)
  await page.waitFor(`document.readyState === "complete" && location.origin === ${JSON.stringify(origin)}`)
  await page.evaluate(`(async () => {
    ${before}
    const { createClient } = await import("/sdk/browser.js")
    window.client = createClient(${JSON.stringify({ baseUrl, ...account })})
    window.files = await Promise.all(${JSON.stringify([...photos.keys()])}.map(async (name) => {
      const content = await (await fetch("/" + name)).blob()
      return new File([content], name, { lastModified: 1_700_000_000_000 })
    }))
  })()`)
}

const hashes = () =>
  Object.fromEntries(
    [...photos].map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]),
  )

const completedHashes = `job.done.then(({ completed, failed }) => {
  if (failed.length > 0) throw new Error(JSON.stringify(failed))
  return Object.fromEntries(completed.map(({ filename, sha256 }) => [filename, sha256]))
})`

test("a page uploads photos and a large one in parts; a worker hashes them", async () => {
  const { account } = await sdkUser(system.edgeUrl)
  await openPage(system.edgeUrl, account)
  await page.evaluate("(window.job = client.upload(files), 0)")
  expect(await page.evaluate(completedHashes)).toEqual(hashes())
  expect(page.requests.some((url) => url.endsWith("/sdk/platform/hash-worker.js"))).toBe(true)
  expect(page.problems).toEqual([])
})

test("a page without WebSockets and workers follows its upload with an EventSource and hashes by itself", async () => {
  const proxies = await startFaultProxies(system)
  const { account } = await sdkUser(proxies.api.url)
  const without =
    "window.WebSocket = class { constructor() { throw new Error() } }; window.Worker = undefined;"
  await openPage(proxies.api.url, account, without)
  await page.evaluate("(window.job = client.upload(files), 0)")
  expect(await page.evaluate(completedHashes)).toEqual(hashes())
  const channels = proxies.api.requests().filter(isRequest("GET", /^\/queries\/events/))
  expect(channels.map(({ status }) => status)).toContain(200)
  await proxies.stop()
})

test("after a reload in mid-upload, the same files are matched and only the rest is sent", async () => {
  const slow = ({ method }: { method: string }): Fault => (method === "PUT" ? 300 : "none")
  const proxies = await startFaultProxies(system, { storage: slow })
  const { account } = await sdkUser(proxies.api.url)
  const stored = () =>
    proxies.storage
      .requests()
      .filter(isRequest("PUT", /original/))
      .filter(({ status }) => status === 200)
  await openPage(proxies.api.url, account)
  await page.evaluate("(window.job = client.upload(files, { concurrency: 1 }), 0)")
  await vi.waitFor(() => expect(stored().length).toBeGreaterThanOrEqual(3), { timeout: 30_000, interval: 20 })
  await openPage(proxies.api.url, account)
  const missing = await page.evaluate(`(async () => {
    const [unfinished] = await client.findUnfinished()
    window.job = unfinished.resume(files)
    return unfinished.missing.length
  })()`)
  expect(missing).toBeLessThan(photos.size)
  expect(await page.evaluate("job.done.then(({ completed }) => completed.length)")).toBe(photos.size)
  expect(await page.evaluate("client.findUnfinished().then((uploads) => uploads.length)")).toBe(0)
  const whole = stored().filter(({ path }) => !path.includes("partNumber"))
  expect(new Set(whole.map(({ path }) => path.split("?")[0])).size).toBe(whole.length)
  await proxies.stop()
})
