import { randomBytes, randomUUID } from "node:crypto"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { z } from "zod"
import { createApiClient } from "../../client/sdk/src/api/api-client.ts"
import { type BundledPage, serveBundledPage } from "../browser/bundled-page.ts"
import { launchChromium, recordPageErrors, waitUntil } from "../browser/playwright.ts"
import { smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"

const libraries = {
  React: {},
  Preact: { react: "preact/compat", "react-dom": "preact/compat" },
}

let system: RunningSystem
let browser: Browser
beforeAll(async () => {
  system = await runSystem()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await system?.end()
})

type PhotoFile = { name: string; mimeType: string; buffer: Buffer }

const photos = async (count: number): Promise<PhotoFile[]> =>
  Promise.all(
    (await smallPhotos(count)).map(async ({ filename, content }) => ({
      name: filename,
      mimeType: "image/jpeg",
      buffer: Buffer.concat([Buffer.from(await content.arrayBuffer()), randomBytes(8)]),
    })),
  )

const brokenPhoto: PhotoFile = {
  name: "broken.jpg",
  mimeType: "image/jpeg",
  buffer: Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(2000)]),
}

const addFiles = (page: Page, files: PhotoFile[]) => page.locator("input").setInputFiles(files)

const press = (page: Page, name: string) => page.getByRole("button", { name }).click()

const state = z.object({
  files: z.number(),
  uploaded: z.number(),
  duplicates: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  averageProgress: z.number(),
  isPending: z.boolean(),
  isPaused: z.boolean(),
  isSettled: z.boolean(),
  allSucceeded: z.boolean(),
  hasFailedFiles: z.boolean(),
})

/** What the component renders. */
const rendered = `JSON.parse(document.querySelector("output").textContent)`

const settled = async (page: Page) => {
  await waitUntil(page, `${rendered}.isSettled`)
  return state.parse(await page.evaluate(rendered))
}

/** Makes every PUT to S3 fail, or lets none finish. */
const blockStorage = (page: Page, outcome: "fail" | "hold") =>
  page.route(`${system.s3Endpoint}/**`, async (route, request) => {
    if (request.method() !== "PUT") return route.continue()
    if (outcome === "fail") return route.abort("connectionrefused")
  })

describe.each(Object.entries(libraries))("with %s", (_, aliases) => {
  let served: BundledPage
  beforeAll(async () => {
    served = await serveBundledPage("client/react/testing/page.tsx", {
      body: '<div id="root"></div>',
      aliases,
    })
  })
  afterAll(() => served?.close())

  const openPage = async () => {
    const account = { email: `${randomUUID()}@example.com`, password: randomUUID() }
    await createApiClient({ baseUrl: system.edgeUrl }).register(account)
    const page = await (await browser.newContext()).newPage()
    const errors = recordPageErrors(page)
    await page.goto(`${served.url}?${new URLSearchParams({ edge: system.edgeUrl, ...account })}`)
    await page.locator("output").waitFor()
    return { page, errors }
  }

  test("files are uploaded or failed, then uploaded again they are duplicates, and reset forgets them", async () => {
    const { page, errors } = await openPage()
    expect(state.parse(await page.evaluate(rendered))).toMatchObject({
      files: 0,
      isPending: false,
      isSettled: false,
    })
    const files = await photos(4)
    await addFiles(page, [...files, brokenPhoto])
    await waitUntil(page, `${rendered}.isPending`)
    expect(await settled(page)).toEqual({
      files: 5,
      uploaded: 4,
      duplicates: 0,
      failed: 1,
      cancelled: 0,
      averageProgress: 1,
      isPending: false,
      isPaused: false,
      isSettled: true,
      allSucceeded: false,
      hasFailedFiles: true,
    })

    await press(page, "Reset")
    await waitUntil(page, `${rendered}.files === 0`)
    await addFiles(page, files)
    expect(await settled(page)).toMatchObject({ files: 4, duplicates: 4, failed: 0, allSucceeded: true })
    expect(errors).toEqual([])
  })

  test("pause, resume and cancel act on the running upload", async () => {
    const { page } = await openPage()
    await blockStorage(page, "hold")
    await addFiles(page, await photos(3))
    await waitUntil(page, `${rendered}.files === 3`)
    await press(page, "Pause")
    await waitUntil(page, `${rendered}.isPaused`)
    await press(page, "Resume")
    await waitUntil(page, `!${rendered}.isPaused`)
    await press(page, "Cancel")
    expect(await settled(page)).toMatchObject({ files: 3, cancelled: 3, uploaded: 0, allSucceeded: false })
  })

  test("retry sends the failed files again", async () => {
    const { page } = await openPage()
    await blockStorage(page, "fail")
    await addFiles(page, await photos(2))
    expect(await settled(page)).toMatchObject({ failed: 2, hasFailedFiles: true })
    await page.unrouteAll()
    await press(page, "Retry")
    await waitUntil(page, `${rendered}.allSucceeded`)
    expect(await settled(page)).toMatchObject({ files: 2, uploaded: 2, failed: 0, averageProgress: 1 })
  })
})
