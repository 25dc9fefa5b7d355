import { existsSync } from "node:fs"
import { type Browser, chromium, type Page } from "playwright-core"
import { vi } from "vitest"

// Debian's package `chromium`, or the Chrome of GitHub's runners.
const executables = ["/usr/bin/chromium", "/usr/bin/google-chrome"]

/**
 * Starts a headless Chromium.
 * @throws Error when Chromium is not installed
 */
export const launchChromium = async (): Promise<Browser> => {
  const executablePath = executables.find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error("Install Chromium: apt-get install chromium")
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] })
}

/** Collects the console errors and exceptions of a page. */
export const recordPageErrors = (page: Page): string[] => {
  const errors: string[] = []
  page.on("pageerror", (error) => errors.push(`exception: ${error.stack ?? error.message}`))
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`console.error: ${message.text()}`)
  })
  return errors
}

/** Waits until a JavaScript expression is truthy in the page. Works under a policy that forbids `eval`. */
export const waitUntil = (page: Page, expression: string, timeout = 120_000): Promise<void> =>
  vi.waitFor(
    async () => {
      if (!(await page.evaluate(`(async () => Boolean(await (${expression})))()`)))
        throw new Error(`not yet true: ${expression}`)
    },
    { timeout, interval: 50 },
  )
