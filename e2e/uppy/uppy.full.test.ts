import { randomBytes, randomUUID } from "node:crypto"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { z } from "zod"
import { type ApiClient, createApiClient } from "../../client/sdk/src/api/api-client.ts"
import { type BundledPage, serveBundledPage } from "../browser/bundled-page.ts"
import { launchChromium, recordPageErrors, waitUntil } from "../browser/playwright.ts"
import { smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"

const mebibyte = 1024 * 1024

let system: RunningSystem
let browser: Browser
let served: BundledPage
let folder: string
beforeAll(async () => {
  system = await runSystem()
  browser = await launchChromium()
  served = await serveBundledPage("client/uppy/testing/page.ts", {
    body: '<link rel="stylesheet" href="/page.css"><div id="dashboard"></div>',
    // The policy that client/uppy/README.md names.
    headers: {
      "content-security-policy": [
        "default-src 'self'",
        `connect-src 'self' ${system.edgeUrl} ${system.s3Endpoint} data:`,
        "img-src 'self' blob: data:",
      ].join(";"),
    },
  })
  folder = await mkdtemp(join(tmpdir(), "rapid-photo-uppy-"))
})
afterAll(async () => {
  await browser?.close()
  await served?.close()
  await system?.end()
  await rm(folder, { recursive: true, force: true })
})

/** Writes photos with different bytes. With `padding` each has that many more bytes behind its image. */
const photoPaths = async (count: number, padding = 0): Promise<string[]> => {
  const directory = join(folder, randomUUID())
  await mkdir(directory)
  const photos = await smallPhotos(count)
  return Promise.all(
    photos.map(async ({ filename, content }) => {
      const path = join(directory, filename)
      await writeFile(
        path,
        Buffer.concat([Buffer.from(await content.arrayBuffer()), randomBytes(padding + 8)]),
      )
      return path
    }),
  )
}

type Dashboard = { page: Page; api: ApiClient; errors: string[] }

/** Opens the Dashboard for a new user. */
const openDashboard = async (query: Record<string, string> = {}): Promise<Dashboard> => {
  const api = createApiClient({ baseUrl: system.edgeUrl })
  const account = { email: `${randomUUID()}@example.com`, password: randomUUID() }
  await api.register(account)
  const { access_token: token } = await api.signIn(account.email, account.password)
  const page = await (await browser.newContext()).newPage()
  const errors = recordPageErrors(page)
  await page.goto(`${served.url}?${new URLSearchParams({ edge: system.edgeUrl, token, ...query })}`)
  return { page, api, errors }
}

const addFiles = (page: Page, paths: readonly string[]) =>
  page
    .locator("input.uppy-Dashboard-input")
    .first()
    .setInputFiles([...paths])

const startUpload = (page: Page) => page.locator(".uppy-StatusBar-actionBtn--upload").click()

const result = z.object({
  successful: z.array(z.object({ name: z.string(), photoId: z.string(), jobId: z.string() })),
  failed: z.array(z.object({ name: z.string(), error: z.string() })),
})

/** Waits for the result of Uppy's upload. */
const uploadResult = async (page: Page) => {
  await waitUntil(page, "results.length > 0")
  return result.parse(await page.evaluate("results.at(-1)"))
}

const statusesOf = async (api: ApiClient, jobId = "") =>
  (await api.getUploadJob(jobId)).items.map(({ status }) => status)

/** Whether Golden Retriever has stored the bytes of 4 files and the state of a multipart upload. */
const hasStoredState = `new Promise((resolve) => {
  indexedDB.open("uppy-blobs").onsuccess = ({ target: { result: database } }) => {
    const stores = database.transaction(["files", "metadata"])
    stores.objectStore("files").count().onsuccess = ({ target: { result: count } }) => {
      stores.objectStore("metadata").getAll().onsuccess = ({ target: { result: records } }) => {
        database.close()
        resolve(count === 4 && JSON.stringify(records).includes("s3Multipart"))
      }
    }
  }
})`

test("the Dashboard uploads 20 photos in one job and completes when the server has processed them", async () => {
  const { page, api, errors } = await openDashboard()
  const texts = new Set<string>()
  await page.exposeFunction("recordText", (text: string) => texts.add(text))
  await page.evaluate(`new MutationObserver(() => {
    const text = document.querySelector(".uppy-StatusBar-content")?.textContent
    if (text) recordText(text)
  }).observe(document.body, { subtree: true, childList: true, characterData: true })`)
  await addFiles(page, await photoPaths(20))
  await startUpload(page)

  const { successful, failed } = await uploadResult(page)
  expect(failed).toEqual([])
  expect(successful).toHaveLength(20)
  expect(new Set(successful.map(({ jobId }) => jobId)).size).toBe(1)
  expect(await statusesOf(api, successful[0]?.jobId)).toEqual(Array(20).fill("COMPLETED"))
  expect([...texts].some((text) => text.includes("Processing"))).toBe(true)
  await page.locator(".uppy-StatusBar.is-complete").waitFor()
  expect(errors).toEqual([])
})

test("a photo of 20 MB is sent in parts", async () => {
  const { page, api, errors } = await openDashboard()
  const parts = new Set<string>()
  page.on("requestfinished", (request) => {
    const part = new URL(request.url()).searchParams.get("partNumber")
    if (part && request.method() === "PUT") parts.add(part)
  })
  await addFiles(page, await photoPaths(1, 20 * mebibyte))
  await startUpload(page)

  const { successful, failed } = await uploadResult(page)
  expect(failed).toEqual([])
  expect(await statusesOf(api, successful[0]?.jobId)).toEqual(["COMPLETED"])
  expect([...parts].sort()).toEqual(["1", "2", "3"])
  expect(errors).toEqual([])
})

test("after a reload Golden Retriever continues: single files are sent, and a stored part is not sent again", async () => {
  const { page, api } = await openDashboard({ retriever: "1" })
  let isHolding = true
  const sentParts: string[] = []
  // Whole files and all parts but the first one do not leave the page before the reload.
  await page.route(`${system.s3Endpoint}/**`, async (route, request) => {
    const part = new URL(request.url()).searchParams.get("partNumber")
    if (request.method() === "PUT" && isHolding && part !== "1") return
    await route.continue()
  })
  page.on("requestfinished", (request) => {
    const part = new URL(request.url()).searchParams.get("partNumber")
    if (part && request.method() === "PUT") sentParts.push(part)
  })
  await addFiles(page, [...(await photoPaths(3)), ...(await photoPaths(1, 20 * mebibyte))])
  await startUpload(page)
  await waitUntil(
    page,
    `uppy.getFiles().some(({ size, progress }) => size > ${8 * mebibyte} && progress.bytesUploaded >= ${8 * mebibyte})`,
  )
  await waitUntil(page, hasStoredState)

  isHolding = false
  await page.reload()
  await waitUntil(page, "uppy.getFiles().length === 4")
  await startUpload(page)
  const { successful, failed } = await uploadResult(page)
  expect(failed).toEqual([])
  expect(successful).toHaveLength(4)
  expect(await statusesOf(api, successful[0]?.jobId)).toEqual(Array(4).fill("COMPLETED"))
  expect(sentParts.sort()).toEqual(["1", "2", "3"])
})

test("a response of S3 that is lost does not fail the file: the repeated PUT gets 412, which is a success", async () => {
  const { page, api } = await openDashboard()
  const [path = ""] = await photoPaths(1)
  const statuses: number[] = []
  page.on("response", (response) => {
    if (response.request().method() === "PUT") statuses.push(response.status())
  })
  let isFirst = true
  await page.route(`${system.s3Endpoint}/**`, async (route, request) => {
    if (request.method() !== "PUT" || !isFirst) return route.continue()
    isFirst = false
    // Chromium does not pass the bytes of a file to `route.fetch`.
    const { "content-type": type = "", "if-none-match": match = "" } = request.headers()
    const headers = { "content-type": type, "if-none-match": match }
    const stored = await fetch(request.url(), { method: "PUT", headers, body: await readFile(path) })
    expect(stored.status).toBe(200)
    return route.abort("connectionreset")
  })
  await addFiles(page, [path])
  await startUpload(page)
  const { successful, failed } = await uploadResult(page)
  expect(statuses).toEqual([412])
  expect(failed).toEqual([])
  expect(await statusesOf(api, successful[0]?.jobId)).toEqual(["COMPLETED"])
  await page.locator(".uppy-StatusBar.is-complete").waitFor()
})

test("a URL that S3 rejects with 403 is renewed, and the file is sent again", async () => {
  const { page, api } = await openDashboard()
  const urls: string[] = []
  await page.route(`${system.s3Endpoint}/**`, async (route, request) => {
    if (request.method() === "PUT") urls.push(request.url())
    if (request.method() !== "PUT" || urls.length > 1) return route.continue()
    return route.fulfill({
      status: 403,
      body: "<Error><Code>AccessDenied</Code></Error>",
      headers: corsHeaders,
    })
  })
  let renewals = 0
  page.on("request", (request) => {
    if (request.url().endsWith("/renew") && request.method() === "POST") renewals += 1
  })
  await addFiles(page, await photoPaths(1))
  await startUpload(page)
  const { successful, failed } = await uploadResult(page)
  expect(failed).toEqual([])
  expect(urls).toHaveLength(2)
  expect(renewals).toBe(1)
  expect(await statusesOf(api, successful[0]?.jobId)).toEqual(["COMPLETED"])
})

const corsHeaders = { "access-control-allow-origin": "*", "content-type": "application/xml" }

test("files that the API or the processor rejects fail with its reason, and the others complete", async () => {
  const { page } = await openDashboard()
  const text = join(folder, "notes.txt")
  const broken = join(folder, "broken.jpg")
  await writeFile(text, "not a photo")
  await writeFile(broken, Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(2000)]))
  await addFiles(page, [text, broken, ...(await photoPaths(2))])
  await startUpload(page)
  const { successful, failed } = await uploadResult(page)
  expect(successful).toHaveLength(2)
  expect(failed.map(({ name }) => name).sort()).toEqual(["broken.jpg", "notes.txt"])
  for (const { error } of failed) expect(error.length).toBeGreaterThan(10)
})

test("removing a file cancels its photo; clearing the list after the upload keeps the photos", async () => {
  const { page, api, errors } = await openDashboard()
  const held = new Set<string>()
  await page.route(`${system.s3Endpoint}/**`, async (route, request) => {
    if (request.method() === "PUT" && held.size === 0) return void held.add(request.url())
    await route.continue()
  })
  await addFiles(page, await photoPaths(3))
  await startUpload(page)
  await waitUntil(page, "uppy.getFiles().filter(({ progress }) => progress.uploadComplete).length === 2")
  const removed = await page.evaluate(`(() => {
    const file = uppy.getFiles().find(({ progress }) => !progress.uploadComplete)
    uppy.removeFile(file.id)
    return file.meta.photoId
  })()`)
  const { successful } = await uploadResult(page)
  await page.locator(".uppy-StatusBar-actionBtn--done").click()
  await waitUntil(page, "uppy.getFiles().length === 0")
  await vi.waitFor(async () => {
    const { items } = await api.getUploadJob(successful[0]?.jobId ?? "")
    for (const { photoId, status } of items)
      expect(status).toBe(photoId === removed ? "CANCELLED" : "COMPLETED")
  })
  await page.evaluate("uppy.destroy()")
  expect(errors).toEqual([])
})
