import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { photoFolder } from "./photo-folder.ts"
import { accessibilityViolations, dropPaths, openPage, takeScreenshot } from "./web-browser.ts"
import { openWebUser, type WebUser } from "./web-user.ts"

// One person, in the order of an evening: each test continues where the one before it ended.
let user: WebUser
beforeAll(async () => {
  user = await openWebUser()
  await user.register()
  const trips = join(user.folder, "Trips")
  await photoFolder(trips, { count: 90 })
  await user.upload([trips])
  await user.panel().getByText("All 90 photos are safely stored.").waitFor({ timeout: 150_000 })
  await user.closePanel()
})
afterAll(() => user?.end())
afterEach(() => {
  expect(user.problems.splice(0)).toEqual([])
})

test("photos are searched, selected as a range, tagged, found by tag and downloaded as a ZIP", async () => {
  const { page } = user
  await page.keyboard.press("/")
  await page.keyboard.type("IMG_0001")
  await expect.poll(() => user.tiles().count()).toBe(1)
  await user.button("Clear the search").click()
  await expect.poll(() => user.tiles().count()).toBeGreaterThan(10)

  await user.tiles().nth(0).hover()
  await user.tiles().nth(0).getByRole("button").click()
  await user
    .tiles()
    .nth(4)
    .getByRole("link")
    .click({ modifiers: ["Shift"] })
  await page.getByText("5 selected").waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await user.button("Tag").click()
  await page.getByLabel("New tags, separated by commas").fill("lake, holiday")
  await user.button("Add tags").click()
  await page.getByText("Tagged 5 photos.").first().waitFor()

  const downloading = page.waitForEvent("download")
  await user.button("Download").click()
  const zip = await readFile(await (await downloading).path())
  expect(zip.subarray(0, 4)).toEqual(Buffer.from("PK\x03\x04"))
  // The end of the central directory, with the number of entries (APPNOTE 4.3.16).
  expect(zip.readUInt16LE(zip.lastIndexOf(Buffer.from("PK\x05\x06")) + 10)).toBe(5)
  await page.keyboard.press("Escape")

  await page.getByLabel("Tag", { exact: true }).fill("lake")
  await page.keyboard.press("Enter")
  await expect.poll(() => user.tiles().count()).toBe(5)
  await user.tiles().nth(0).hover()
  await user.tiles().nth(0).getByRole("button").click()
  await user.button("Delete").click()
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click()
  await expect.poll(() => user.tiles().count()).toBe(4)
  await page.getByText("1 photo deleted.").first().waitFor()
  await user.button("Clear").last().click()
  await expect.poll(() => user.tiles().count()).toBeGreaterThan(10)
})

test("the gallery is used by keyboard alone, and the viewer shows details, history and neighbours", async () => {
  const { page } = user
  await page.locator(".tile a[tabindex='0']").focus()
  await page.keyboard.press("ArrowRight")
  await page.keyboard.press("ArrowDown")
  await page.keyboard.press("Space")
  await page.getByText("1 selected").waitFor()
  await page.keyboard.press("Escape")
  const focused = await page.evaluate<string>("document.activeElement.getAttribute('href')")
  await page.keyboard.press("Enter")
  await expect.poll(() => new URL(page.url()).pathname).toBe(focused)
  await page.locator(".viewer-picture").waitFor()
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
  const { page } = user
  const months = page.getByRole("navigation", { name: "Months" }).getByRole("button")
  const last = months.last()
  const name = (await last.locator(".scrubber-month").textContent()) ?? ""
  await last.click()
  await expect
    .poll(() =>
      page.getByRole("heading", { level: 2, name: new RegExp(`^${name.replace(" ", "\\w* ")}`) }).isVisible(),
    )
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
  const { page } = user
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Uploads" }).click()
  await page.getByRole("heading", { level: 1, name: "Uploads" }).waitFor()
  await page.locator(".job").first().waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await page.getByText("90 of 90 stored").click()
  // One was deleted after the upload: the receipt no longer supports that the originals may be deleted.
  await page.getByText("1 photo is not stored. Keep the originals.").waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "receipt")
  const downloading = page.waitForEvent("download")
  await user.button("Signed receipt (JSON)").click()
  const receipt = JSON.parse(await readFile(await (await downloading).path(), "utf8"))
  expect(receipt.manifest.items.length).toBe(90)
  expect(receipt.jws).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
})

test("dark colours and a phone are accessible too", async () => {
  const storageState = await user.context.storageState()
  const dark = await openPage(user.browser, user.system.edgeUrl, { isDark: true, storageState })
  await dark.page.goto("/")
  await dark.page.locator(".tile img").first().waitFor()
  await expect
    .poll(() => dark.page.evaluate<boolean>("[...document.images].every((image) => image.complete)"))
    .toBe(true)
  expect(await accessibilityViolations(dark.page)).toEqual([])
  await takeScreenshot(dark.page, "gallery-dark")

  await dark.page.setViewportSize({ width: 390, height: 844 })
  await dark.page.emulateMedia({ colorScheme: "light" })
  // The rows are computed for the new width in the next frame.
  await expect
    .poll(() => dark.page.evaluate<number>("document.documentElement.scrollWidth"))
    .toBeLessThanOrEqual(390)
  expect(await accessibilityViolations(dark.page)).toEqual([])
  const phone = join(user.folder, "Phone")
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
