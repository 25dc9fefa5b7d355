import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { photoFolder } from "./photo-folder.ts"
import { accessibilityViolations, dropPaths, recordLongTasks, takeScreenshot } from "./web-browser.ts"
import { openWebUser, type WebUser } from "./web-user.ts"

// One person, in the order of an evening: each test continues where the one before it ended.
let user: WebUser
beforeAll(async () => {
  user = await openWebUser()
})
afterAll(() => user?.end())
afterEach(() => {
  expect(user.problems.splice(0)).toEqual([])
})

test("a new user registers and sees an empty gallery", async () => {
  const { page } = user
  await user.button("Create an account").waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "sign-in")
  await user.register()
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "empty-gallery")
})

test("a folder of 300 is dropped, summarised, uploaded; one photo is cancelled, and an interruption of the network is survived", async () => {
  const { page, context } = user
  const summer = join(user.folder, "Summer")
  await photoFolder(summer, { count: 300 })
  await writeFile(join(summer, "clip.mov"), "not a photo")
  await writeFile(join(summer, "notes.pdf"), "not a photo")
  await dropPaths(user, [summer], async () => {
    await page.getByText("Drop photos or folders anywhere").last().waitFor()
    await takeScreenshot(page, "drop-overlay")
  })
  await page.getByRole("heading", { name: "Upload “Summer”" }).waitFor()
  await page.getByText("300 photos", { exact: true }).waitFor()
  await page.getByText("Videos are not accepted: 1").click()
  await page.getByText("Summer/clip.mov").waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "summary")
  await user.button("Upload 300 photos").click()

  await user
    .panel()
    .getByText(/photos sent/)
    .waitFor()
  await user.button(/^Uploading \d+$/).click()
  await user.button("Pause").click()
  await user.button("Resume").waitFor()
  const cancelled = user
    .panel()
    .getByRole("button", { name: /^Cancel IMG_/ })
    .last()
  await cancelled.click()
  await user.button(/^Cancelled 1$/).waitFor()
  await user.button("Resume").click()
  await page.locator(".upload-tile.is-completed").first().waitFor()
  await takeScreenshot(page, "uploading")
  expect(await accessibilityViolations(page)).toEqual([])

  await context.setOffline(true)
  await page.getByText("Paused: you are offline. Uploads continue when you are back.").waitFor()
  await context.setOffline(false)
  // Chromium reports the requests that it aborted.
  await user.panel().getByText("1 photo is not stored. Keep the originals.").waitFor({ timeout: 180_000 })
  user.problems.splice(0)
  expect(await user.panel().textContent()).toContain("299 photos are safely stored")
  await user.closePanel()
  await expect.poll(() => page.getByRole("heading", { level: 2 }).first().textContent()).toContain("2026")
}, 300_000)

test("dropping the same folder again sends only the missing photo, and then all originals may be deleted", async () => {
  const { page } = user
  await user.upload([join(user.folder, "Summer")])
  await user
    .panel()
    .getByText("All 300 photos are safely stored. You may delete the originals.")
    .waitFor({ timeout: 120_000 })
  expect(await user.panel().textContent()).toContain("299 of them were already here.")
  await user.button(/^Already here 299$/).click()
  await user.panel().getByRole("link", { name: "Already here: show the photo" }).first().waitFor()
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "verdict")
  await user.closePanel()
}, 180_000)

test("after a reload in mid-upload the session continues, and the same folder sends only the rest", async () => {
  const { page } = user
  const winter = join(user.folder, "Winter")
  await photoFolder(winter, { count: 120, first: 300 })
  await user.upload([winter])
  await page.locator(".upload-tile.is-completed").first().waitFor()
  await user.button("Pause").click()
  let hasAsked = false
  page.once("dialog", (dialog) => {
    hasAsked = true
    void dialog.accept()
  })
  await page.reload()
  expect(hasAsked).toBe(true)
  await page.getByRole("region", { name: "Unfinished upload" }).first().waitFor()
  await dropPaths(user, [winter])
  await page.getByText(/Continues an earlier upload/).waitFor()
  await user.button("Upload 120 photos").click()
  await user
    .panel()
    .getByText("All 120 photos are safely stored. You may delete the originals.")
    .waitFor({ timeout: 120_000 })
  user.problems.splice(0)
  await user.closePanel()
  expect(await page.getByRole("region", { name: "Unfinished upload" }).count()).toBe(0)
}, 240_000)

test("failed files are grouped by reason; a retry sends those that can succeed", async () => {
  const { page } = user
  const mixed = join(user.folder, "Mixed")
  const paths = await photoFolder(mixed, { count: 12, first: 420 })
  const [first = ""] = paths
  const whole = await readFile(first)
  // The picture data ends early.
  for (const index of [1, 2, 3])
    await writeFile(join(mixed, `broken-${index}.jpg`), Buffer.concat([whole.subarray(0, 12_000 + index)]))
  await copyFile(first, join(mixed, "copy-of-the-first.jpg"))
  // The smallest files are sent first: the broken ones are stored, and two others are rejected.
  let puts = 0
  const storage = new RegExp(`^${new URL(user.system.s3Endpoint).origin}/`)
  await page.route(storage, async (route) => {
    if (route.request().method() === "PUT") puts += 1
    if (route.request().method() === "PUT" && (puts === 7 || puts === 8))
      return route.fulfill({
        status: 400,
        headers: { "access-control-allow-origin": "*" },
        body: "<Error><Code>InvalidRequest</Code></Error>",
      })
    return route.continue()
  })
  await user.upload([mixed])
  await user.panel().getByText("Keep the originals.").waitFor({ timeout: 120_000 })
  await user.button(/^Failed: The storage rejected the file 2$/).waitFor()
  await user.button(/^Failed: .+ 3$/).waitFor()
  await page.unroute(storage)
  expect(await accessibilityViolations(page)).toEqual([])
  await takeScreenshot(page, "failures")
  await user.button(/^Retry all failed/).click()
  await user.panel().getByText("3 photos are not stored. Keep the originals.").waitFor({ timeout: 120_000 })
  user.problems.splice(0)
  await user.closePanel()
}, 240_000)

test("1,000 tiles are listed and scrolled without a long task", async () => {
  const { page } = user
  await page.goto("/")
  await user.tiles().first().waitFor()
  const thousand = join(user.folder, "Thousand")
  await mkdir(thousand)
  await photoFolder(thousand, { count: 1000, first: 1000 })
  const longTasks = await recordLongTasks(page)
  await user.upload([thousand])
  await page.getByRole("heading", { name: "This upload 1,000 photos" }).waitFor()
  await user.button("Pause").click()
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
  await user.button("Cancel").click()
  await user.button("Cancel the upload").click()
  await user
    .panel()
    .getByText(/not stored. Keep the originals/)
    .waitFor()
}, 180_000)
