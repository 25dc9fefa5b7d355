import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import AxeBuilder from "@axe-core/playwright"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import sharp from "sharp"

const executables = ["/usr/bin/chromium", "/usr/bin/google-chrome"]

export const screenshots = resolve(import.meta.dirname, "../../docs/screenshots")

/** Larger pictures make the repository slow to clone. */
const maxScreenshotBytes = 200_000

// The browser reports these itself. The SDK repeats such requests: a loaded machine and a test without network have them.
const interruptions = /^Failed to load resource: (net::|.* status of (429|503))|^WebSocket connection to/

/** A page of the browser, with what went wrong in it. */
export type WebPage = {
  page: Page
  context: BrowserContext
  /** Console errors and warnings, exceptions, violations of the Content-Security-Policy. */
  problems: string[]
}

type PageOptions = {
  isDark?: boolean
  /** Cookies and storage of another page, to continue its session. */
  storageState?: Awaited<ReturnType<BrowserContext["storageState"]>>
}

/** Starts Debian's Chromium, or the Chrome of GitHub's runners. */
export const launchBrowser = (): Promise<Browser> => {
  const executablePath = executables.find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error("Install Chromium: apt-get install chromium")
  return chromium.launch({ executablePath, args: ["--no-sandbox"] })
}

export const openPage = async (
  browser: Browser,
  baseURL: string,
  { isDark = false, storageState }: PageOptions = {},
): Promise<WebPage> => {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 1440, height: 900 },
    colorScheme: isDark ? "dark" : "light",
    locale: "en-GB",
    ...(storageState && { storageState }),
  })
  // Headless Chromium has no dialog for saving: the page then saves a Blob.
  await context.addInitScript("delete globalThis.showSaveFilePicker")
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const problems: string[] = []
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !interruptions.test(message.text()))
      problems.push(`${message.type()}: ${message.text()} ${message.location().url}`)
  })
  page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error.message}`))
  return { page, context, problems }
}

/** Drags files or folders of the disk over the page, calls `whileOver`, and drops them. */
export const dropPaths = async (
  { page, context }: WebPage,
  paths: readonly string[],
  whileOver: () => Promise<void> = async () => {},
): Promise<void> => {
  const devTools = await context.newCDPSession(page)
  const at = { x: 200, y: 300, data: { items: [], files: [...paths], dragOperationsMask: 1 } }
  await devTools.send("Input.dispatchDragEvent", { type: "dragEnter", ...at })
  await devTools.send("Input.dispatchDragEvent", { type: "dragOver", ...at })
  await whileOver()
  await devTools.send("Input.dispatchDragEvent", { type: "drop", ...at })
  await devTools.detach()
}

/** The violations of WCAG 2.2 A and AA that axe finds. */
export const accessibilityViolations = async (page: Page): Promise<string[]> => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`,
  )
}

/** Saves what the page shows as docs/screenshots/`name`.png. */
export const takeScreenshot = async (page: Page, name: string): Promise<void> => {
  const picture = sharp(await page.screenshot({ animations: "disabled" }))
  for (const width of [1440, 1200, 1000, 800]) {
    const smaller = picture.clone().resize({ width, withoutEnlargement: true })
    const png = await smaller.png({ palette: true, colours: 128, dither: 0, effort: 8 }).toBuffer()
    if (png.length <= maxScreenshotBytes) return writeFile(join(screenshots, `${name}.png`), png)
  }
  throw new Error(`the screenshot ${name} is larger than ${maxScreenshotBytes} bytes`)
}

/** Records tasks that block the page for more than 50 ms. Returns a function that gives their durations in ms. */
export const recordLongTasks = async (page: Page): Promise<() => Promise<number[]>> => {
  await page.evaluate(`{
    globalThis.longTasks = []
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longTasks.push(Math.round(duration))
    }).observe({ type: "longtask" })
  }`)
  return () => page.evaluate<number[]>("globalThis.longTasks")
}
