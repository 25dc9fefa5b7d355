import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { vi } from "vitest"
import { z } from "zod"
import { connectDevTools, type DevTools } from "./devtools.ts"
import { recordProblems } from "./page-problems.ts"

// Debian's package `chromium`, which `.ci/run` installs, or the Chrome of GitHub's runners.
const executables = ["/usr/bin/chromium", "/usr/bin/google-chrome"]

/** A page in a headless Chromium with an empty profile. */
export type BrowserPage = {
  goto: (url: string) => Promise<void>
  /** Evaluates a JavaScript expression in the page, awaits it and returns its JSON value. */
  evaluate: (expression: string) => Promise<unknown>
  /** Waits until a JavaScript expression is truthy. @throws Error after 20 s */
  waitFor: (expression: string) => Promise<void>
  /** Scrolls to the element that an expression returns and clicks its centre. */
  click: (elementExpression: string) => Promise<void>
  /** Inserts text into the focused element. */
  type: (text: string) => Promise<void>
  emulate: (options: { colorScheme: "light" | "dark"; width: number; height: number }) => Promise<void>
  screenshot: (path: string) => Promise<void>
  /** The URL of every request that the page made. */
  requests: readonly string[]
  /** Console errors and warnings, exceptions, failed requests, violations of the Content-Security-Policy. */
  problems: readonly string[]
  close: () => Promise<void>
}

// Without the background flags Chromium sends requests to Google at every start.
const flags = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  "--remote-debugging-port=0",
]

/**
 * Starts Chromium and opens a page. Its profile is removed when the page is closed.
 * @throws Error when Chromium is not installed
 */
export const openBrowserPage = async (): Promise<BrowserPage> => {
  const executable = executables.find((path) => existsSync(path))
  if (executable === undefined) throw new Error("Install Chromium: apt-get install chromium")
  const profile = await mkdtemp(join(tmpdir(), "rapid-photo-chromium-"))
  const browser = spawn(executable, [...flags, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: "ignore",
  })
  const devTools = await connectDevTools(await pageUrl(profile, browser))
  const recorded = await recordProblems(devTools)
  const evaluate = evaluatorOf(devTools)
  return {
    ...recorded,
    evaluate,
    goto: async (url) => {
      await devTools.send("Page.navigate", { url })
    },
    waitFor: (expression) =>
      vi.waitFor(
        async () => {
          if (!(await evaluate(`Boolean(${expression})`))) throw new Error(`not yet true: ${expression}`)
        },
        { timeout: 20_000, interval: 100 },
      ),
    click: async (elementExpression) => {
      const at = position.parse(await evaluate(centreOf(elementExpression)))
      for (const type of ["mousePressed", "mouseReleased"])
        await devTools.send("Input.dispatchMouseEvent", { type, ...at, button: "left", clickCount: 1 })
    },
    type: async (text) => {
      await devTools.send("Input.insertText", { text })
    },
    emulate: async ({ colorScheme, width, height }) => {
      const features = [{ name: "prefers-color-scheme", value: colorScheme }]
      await devTools.send("Emulation.setEmulatedMedia", { features })
      const screen = { width, height, deviceScaleFactor: 1, mobile: width < 600 }
      await devTools.send("Emulation.setDeviceMetricsOverride", screen)
    },
    screenshot: async (path) => {
      const { data } = await devTools.send("Page.captureScreenshot", {}, z.object({ data: z.base64() }))
      await writeFile(path, Buffer.from(data, "base64"))
    },
    close: async () => {
      devTools.close()
      const exited = once(browser, "exit")
      if (browser.kill("SIGTERM")) await exited
      await rm(profile, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

const position = z.object({ x: z.number(), y: z.number() })

const centreOf = (elementExpression: string): string => `(() => {
  const element = ${elementExpression}
  element.scrollIntoView({ block: "center", behavior: "instant" })
  const { x, y, width, height } = element.getBoundingClientRect()
  return { x: x + width / 2, y: y + height / 2 }
})()`

const evaluation = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z.object({ exception: z.object({ description: z.string() }) }).optional(),
})

const evaluatorOf = (devTools: DevTools) => async (expression: string) => {
  const options = { awaitPromise: true, returnByValue: true, userGesture: true }
  const { exceptionDetails, result } = await devTools.send(
    "Runtime.evaluate",
    { expression, ...options },
    evaluation,
  )
  if (exceptionDetails) throw new Error(exceptionDetails.exception.description)
  return result.value
}

const pages = z.array(z.object({ type: z.string(), webSocketDebuggerUrl: z.string() }))

// Chromium writes its port into a file of the profile.
const pageUrl = async (profile: string, browser: ChildProcess): Promise<string> =>
  vi.waitFor(
    async () => {
      if (browser.exitCode !== null) throw new Error(`Chromium exited with ${browser.exitCode}`)
      const [port] = (await readFile(join(profile, "DevToolsActivePort"), "utf8")).split("\n")
      const open = pages.parse(await (await fetch(`http://127.0.0.1:${port}/json/list`)).json())
      const page = open.find(({ type }) => type === "page")
      if (!page) throw new Error("Chromium has no page yet")
      return page.webSocketDebuggerUrl
    },
    { timeout: 20_000, interval: 100 },
  )
