import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type BrowserPage, openBrowserPage } from "./browser/chromium.ts"
import { type RunningSystem, runSystem } from "./running-system.ts"

let system: RunningSystem
let page: BrowserPage
beforeAll(async () => {
  system = await runSystem()
  page = await openBrowserPage()
})
afterAll(async () => {
  await page?.close()
  await system?.end()
})

const button = (pattern: RegExp) =>
  `[...document.querySelectorAll("button")].find(({ textContent }) => ${pattern}.test(textContent.trim()))`
const text = `document.body.textContent`

const openReference = async (colorScheme: "light" | "dark", width: number): Promise<void> => {
  await page.emulate({ colorScheme, width, height: 900 })
  await page.goto(`${system.edgeUrl}/docs`)
  await page.waitFor(`document.readyState === "complete" && ${text}.includes("Quick start")`)
}

const background = () =>
  page.evaluate(`getComputedStyle(document.querySelector(".scalar-api-reference")).backgroundColor`)

test("the reference uses the preferred colour scheme and fits the width of a phone", async () => {
  await openReference("light", 1440)
  expect(await background()).toBe("rgb(255, 255, 255)")
  await openReference("dark", 390)
  expect(await background()).toBe("rgb(15, 15, 15)")
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390)
})

test("the page can send a request to the edge that serves it", async () => {
  const email = `${randomUUID()}@example.com`
  await openReference("light", 1440)
  await page.waitFor(button(/^Test Request\(post \/auth\/register\)/))
  await page.click(button(/^Test Request\(post \/auth\/register\)/))
  await page.waitFor(button(/^Send/))
  const editor = `[...document.querySelectorAll(".cm-content")].find(({ textContent }) => textContent.includes("ada@example.com"))`
  await page.waitFor(editor)
  await page.evaluate(`(() => {
    const content = ${editor}
    content.focus()
    document.execCommand("selectAll")
  })()`)
  await page.type(JSON.stringify({ email, password: "correct horse battery staple" }))
  await page.click(button(/^Send/))
  await page.waitFor(`${text}.includes("201 Created") && /"usr_\\w{26}"/.test(${text})`)
})

test("the page sends no request to another host and its console has no errors or warnings", () => {
  const hosts = page.requests.map((url) => new URL(url)).filter(({ protocol }) => protocol !== "data:")
  expect(new Set(hosts.map(({ origin }) => origin))).toEqual(new Set([system.edgeUrl]))
  expect(page.problems).toEqual([])
})
