import { randomUUID } from "node:crypto"
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { photoFolder } from "./photo-folder.ts"
import {
  accessibilityViolations,
  dropPaths,
  launchBrowser,
  openPage,
  recordLongTasks,
  takeScreenshot,
  type WebPage,
} from "./web-browser.ts"

// One user, in the order of a first evening: each test continues where the one before it ended.

const password = "correct horse battery staple"
const email = `${randomUUID()}@example.com`

let system: RunningSystem
let browser: Browser
let web: WebPage
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rapid-photo-web-"))
  ;[system, browser] = await Promise.all([runSystem(), launchBrowser()])
  web = await openPage(browser, system.edgeUrl)
})
afterAll(async () => {
  await browser?.close()
  await system?.end()
  await rm(folder, { recursive: true, force: true })
})
afterEach(() => {
  expect(web.problems.splice(0)).toEqual([])
})

const button = (name: string | RegExp) => web.page.getByRole("button", { name })
const panel = () => web.page.getByRole("region", { name: "Uploads", exact: true })
const tiles = () => web.page.locator(".tile")

const upload = async (paths: readonly string[]): Promise<void> => {
  await dropPaths(web, paths)
  await button(/^Upload [\d,]+ photos?$/).click()
}

const closePanel = async (): Promise<void> => {
  await panel().getByRole("button", { name: "Close" }).click()
  await panel().waitFor({ state: "detached" })
}

test("a new user registers and sees an empty gallery", async () => {
  const { page } = web
  await page.goto("/")
  await button("Create an account").waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "sign-in")
  await button("Create an account").click()
  await page.getByLabel("Email").fill(email)
  await page.getByLabel("Password").fill(password)
  await button("Create account").click()
  await page.getByRole("heading", { name: "Drop photos or folders anywhere" }).waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "empty-gallery")
})

test("a folder of 300 is dropped, summarised, uploaded; one photo is cancelled, and an interruption of the network is survived", async () => {
  const { page, context } = web
  const summer = join(folder, "Summer")
  await photoFolder(summer, { count: 300 })
  await writeFile(join(summer, "clip.mov"), "not a photo")
  await writeFile(join(summer, "notes.pdf"), "not a photo")
  await dropPaths(web, [summer], async () => {
    await page.getByText("Drop photos or folders anywhere").last().waitFor()
    await takeScreenshot(page, "drop-overlay")
  })
  await page.getByRole("heading", { name: "Upload “Summer”" }).waitFor()
  await page.getByText("300 photos", { exact: true }).waitFor()
  await page.getByText("Videos are not accepted: 1").click()
  await page.getByText("Summer/clip.mov").waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "summary")
  await button("Upload 300 photos").click()

  await panel()
    .getByText(/photos sent/)
    .waitFor()
  await button(/^Uploading \d+$/).click()
  await button("Pause").click()
  await button("Resume").waitFor()
  const cancelled = panel()
    .getByRole("button", { name: /^Cancel IMG_/ })
    .last()
  await cancelled.click()
  await button(/^Cancelled 1$/).waitFor()
  await button("Resume").click()
  await page.locator(".upload-tile.is-completed").first().waitFor()
  await takeScreenshot(page, "uploading")
  expect(await accessibilityViolations(page)).toEqual([])

  await context.setOffline(true)
  await page.getByText("Paused: you are offline. Uploads continue when you are back.").waitFor()
  await context.setOffline(false)
  // Chromium reports the requests that it aborted.
  await panel().getByText("1 photo is not stored. Keep the originals.").waitFor({ timeout: 180_000 })
  web.problems.splice(0)
  expect(await panel().textContent()).toContain("299 photos are safely stored")
  await closePanel()
  await expect.poll(() => page.getByRole("heading", { level: 2 }).first().textContent()).toContain("2026")
}, 300_000)

test("dropping the same folder again sends only the missing photo, and then all originals may be deleted", async () => {
  const { page } = web
  await upload([join(folder, "Summer")])
  await panel()
    .getByText("All 300 photos are safely stored. You may delete the originals.")
    .waitFor({ timeout: 120_000 })
  expect(await panel().textContent()).toContain("299 of them were already here.")
  await button(/^Already here 299$/).click()
  await panel().getByRole("link", { name: "Already here: show the photo" }).first().waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "verdict")
  await closePanel()
}, 180_000)

test("after a reload in mid-upload the session continues, and the same folder sends only the rest", async () => {
  const { page } = web
  const winter = join(folder, "Winter")
  await photoFolder(winter, { count: 120, first: 300 })
  await upload([winter])
  await page.locator(".upload-tile.is-completed").first().waitFor()
  await button("Pause").click()
  let hasAsked = false
  page.once("dialog", (dialog) => {
    hasAsked = true
    void dialog.accept()
  })
  await page.reload()
  expect(hasAsked).toBe(true)
  await page.getByRole("region", { name: "Unfinished upload" }).first().waitFor()
  await dropPaths(web, [winter])
  await page.getByText(/Continues an earlier upload/).waitFor()
  await button("Upload 120 photos").click()
  await panel()
    .getByText("All 120 photos are safely stored. You may delete the originals.")
    .waitFor({ timeout: 120_000 })
  web.problems.splice(0)
  await closePanel()
  expect(await page.getByRole("region", { name: "Unfinished upload" }).count()).toBe(0)
}, 240_000)

test("failed files are grouped by reason; a retry sends those that can succeed", async () => {
  const { page } = web
  const mixed = join(folder, "Mixed")
  const paths = await photoFolder(mixed, { count: 12, first: 420 })
  const [first = ""] = paths
  const whole = await readFile(first)
  // The picture data ends early.
  for (const index of [1, 2, 3])
    await writeFile(join(mixed, `broken-${index}.jpg`), Buffer.concat([whole.subarray(0, 12_000 + index)]))
  await copyFile(first, join(mixed, "copy-of-the-first.jpg"))
  let rejected = 0
  const storage = new RegExp(`^${new URL(system.s3Endpoint).origin}/`)
  await page.route(storage, async (route) => {
    if (route.request().method() === "PUT" && rejected < 2) {
      rejected += 1
      return route.fulfill({ status: 403, body: "<Error><Code>AccessDenied</Code></Error>" })
    }
    return route.continue()
  })
  await upload([mixed])
  await panel().getByText("Keep the originals.").waitFor({ timeout: 120_000 })
  await button(/^Failed: The storage rejected the file 2$/).waitFor()
  await button(/^Failed: .+ 3$/).waitFor()
  await page.unroute(storage)
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "failures")
  await button(/^Retry all failed/).click()
  await panel().getByText("3 photos are not stored. Keep the originals.").waitFor({ timeout: 120_000 })
  web.problems.splice(0)
  await closePanel()
}, 240_000)

test("photos are searched, selected as a range, tagged, found by tag and downloaded as a ZIP", async () => {
  const { page } = web
  await page.keyboard.press("/")
  await page.keyboard.type("IMG_0001")
  await expect.poll(() => tiles().count()).toBe(1)
  await button("Clear the search").click()
  await expect.poll(() => tiles().count()).toBeGreaterThan(10)

  await tiles().nth(0).hover()
  await tiles().nth(0).getByRole("button").click()
  await tiles()
    .nth(4)
    .getByRole("link")
    .click({ modifiers: ["Shift"] })
  await page.getByText("5 selected").waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await button("Tag").click()
  await page.getByLabel("New tags, separated by commas").fill("lake, holiday")
  await button("Add tags").click()
  await page.getByText("Tagged 5 photos.").first().waitFor()

  const downloading = page.waitForEvent("download")
  await button("Download").click()
  const zip = await readFile(await (await downloading).path())
  expect(zip.subarray(0, 4)).toEqual(Buffer.from("PK\x03\x04"))
  // The end of the central directory, with the number of entries (APPNOTE 4.3.16).
  expect(zip.readUInt16LE(zip.lastIndexOf(Buffer.from("PK\x05\x06")) + 10)).toBe(5)
  await page.keyboard.press("Escape")

  await page.getByLabel("Tag", { exact: true }).fill("lake")
  await page.keyboard.press("Enter")
  await expect.poll(() => tiles().count()).toBe(5)
  await tiles().nth(0).hover()
  await tiles().nth(0).getByRole("button").click()
  await button("Delete").click()
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click()
  await expect.poll(() => tiles().count()).toBe(4)
  await page.getByText("1 photo deleted.").first().waitFor()
  await button("Clear").last().click()
  await expect.poll(() => tiles().count()).toBeGreaterThan(10)
})

test("the gallery is used by keyboard alone, and the viewer shows details, history and neighbours", async () => {
  const { page } = web
  await page.locator(".tile a[tabindex='0']").focus()
  await page.keyboard.press("ArrowRight")
  await page.keyboard.press("ArrowDown")
  await page.keyboard.press("Space")
  await page.getByText("1 selected").waitFor()
  await page.keyboard.press("Escape")
  const focused = await page.evaluate<string>("document.activeElement.getAttribute('href')")
  await page.keyboard.press("Enter")
  await expect.poll(() => new URL(page.url()).pathname).toBe(focused)
  await page.keyboard.press("i")
  const details = page.getByRole("complementary", { name: "Details" })
  await details.getByText(/ISO \d+/).waitFor()
  await details.getByText("SHA-256").waitFor()
  await details.getByText("The upload is complete.").waitFor()
  await expect
    .poll(() => page.evaluate<boolean>("document.querySelector('.viewer-picture')?.naturalWidth > 300"))
    .toBe(true)
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "viewer")
  await page.keyboard.press("ArrowRight")
  await expect.poll(() => new URL(page.url()).pathname).not.toBe(focused)
  await page.keyboard.press("Escape")
  await expect.poll(() => new URL(page.url()).pathname).toBe("/")
  await page.keyboard.press("?")
  await page.getByRole("heading", { name: "Keyboard shortcuts" }).waitFor()
  await page.keyboard.press("Escape")
})

test("a month of the timeline is one click away", async () => {
  const { page } = web
  const months = page.getByRole("navigation", { name: "Months" }).getByRole("button")
  const last = months.last()
  const name = (await last.getAttribute("aria-label")) ?? ""
  await last.click()
  await expect
    .poll(() => page.getByRole("heading", { level: 2, name: new RegExp(`^${name}`) }).isVisible())
    .toBe(true)
  await expect.poll(() => page.locator(".tile img").first().isVisible()).toBe(true)
  await page.keyboard.press("Home")
  await page.evaluate("scrollTo(0, 0)")
  await expect
    .poll(() => page.evaluate<boolean>("[...document.images].every((image) => image.complete)"))
    .toBe(true)
  await takeScreenshot(page, "gallery")
})

test("every upload has a receipt to view and to download", async () => {
  const { page } = web
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Uploads" }).click()
  await page.getByRole("heading", { level: 1, name: "Uploads" }).waitFor()
  await page.locator(".job").first().waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await page.getByText("1 of 300 stored").or(page.getByText("300 of 300 stored")).first().click()
  await page.getByText("All 300 photos are safely stored. You may delete the originals.").waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "receipt")
  const downloading = page.waitForEvent("download")
  await button("Signed receipt (JSON)").click()
  const receipt = JSON.parse(await readFile(await (await downloading).path(), "utf8"))
  expect(receipt.manifest.items.length).toBe(300)
  expect(receipt.jws).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
})

test("dark colours and a phone are accessible too", async () => {
  const { cookies } = await web.context.storageState()
  const dark = await openPage(browser, system.edgeUrl, { isDark: true })
  await dark.context.addCookies(cookies)
  await dark.page.goto("/")
  await dark.page.locator(".tile img").first().waitFor()
  await expect
    .poll(() => dark.page.evaluate<boolean>("[...document.images].every((image) => image.complete)"))
    .toBe(true)
  expect(await accessibilityViolations(dark.page)).toEqual([])
  await takeScreenshot(dark.page, "gallery-dark")

  await dark.page.setViewportSize({ width: 390, height: 844 })
  await dark.page.emulateMedia({ colorScheme: "light" })
  expect(await dark.page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390)
  expect(await accessibilityViolations(dark.page)).toEqual([])
  const phone = join(folder, "Phone")
  await photoFolder(phone, { count: 80, first: 432 })
  await dropPaths(dark, [phone])
  await dark.page.getByRole("button", { name: "Upload 80 photos" }).click()
  const uploads = dark.page.getByRole("region", { name: "Uploads", exact: true })
  await uploads.getByRole("button", { name: /^Uploading \d+$/ }).click()
  await uploads.getByRole("button", { name: /^Processing \d+$/ }).waitFor()
  expect(await accessibilityViolations(dark.page)).toEqual([])
  await takeScreenshot(dark.page, "uploading-phone")
  await uploads.getByText(/All 80 photos are safely stored/).waitFor({ timeout: 120_000 })
  expect(dark.problems).toEqual([])
  await dark.context.close()
}, 180_000)

test("1,000 tiles are listed and scrolled without a long task", async () => {
  const { page } = web
  await page.goto("/")
  await tiles().first().waitFor()
  const thousand = join(folder, "Thousand")
  await mkdir(thousand)
  await photoFolder(thousand, { count: 1000, first: 1000 })
  const longTasks = await recordLongTasks(page)
  await upload([thousand])
  await page.getByRole("heading", { name: "This upload 1,000 photos" }).waitFor()
  await button("Pause").click()
  for (let top = 0; top < 12_000; top += 400) {
    await page.mouse.wheel(0, 400)
    await page.evaluate(
      "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))",
    )
  }
  const durations = await longTasks()
  const longest = Math.max(0, ...durations)
  console.log(`1,000 tiles listed and scrolled: ${durations.length} tasks over 50 ms, longest ${longest} ms`)
  expect(await page.locator(".upload-tile").count()).toBeLessThan(250)
  expect(longest).toBeLessThanOrEqual(200)
  await button("Cancel").click()
  await button("Cancel the upload").click()
  await panel()
    .getByText(/not stored. Keep the originals/)
    .waitFor()
}, 180_000)
