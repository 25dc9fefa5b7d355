import { randomUUID } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Locator } from "playwright-core"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { dropPaths, launchBrowser, openPage, type WebPage } from "./web-browser.ts"

const email = `${randomUUID()}@example.com`
const password = "correct horse battery staple"

/** A running system and a browser of one person at its page. */
export type WebUser = WebPage & {
  system: RunningSystem
  browser: Awaited<ReturnType<typeof launchBrowser>>
  /** A temporary folder for photos. */
  folder: string
  button: (name: string | RegExp) => Locator
  /** The upload panel. */
  panel: () => Locator
  tiles: () => Locator
  register: () => Promise<void>
  /** Drops paths and confirms the summary. */
  upload: (paths: readonly string[]) => Promise<void>
  closePanel: () => Promise<void>
  end: () => Promise<void>
}

/** Starts the system and opens its page. */
export const openWebUser = async (): Promise<WebUser> => {
  const folder = await mkdtemp(join(tmpdir(), "rapid-photo-web-"))
  const [system, browser] = await Promise.all([runSystem(), launchBrowser()])
  const web = await openPage(browser, system.edgeUrl)
  const { page } = web
  const button = (name: string | RegExp) => page.getByRole("button", { name })
  const panel = () => page.getByRole("region", { name: "Uploads", exact: true })
  await page.goto("/")
  return {
    ...web,
    system,
    browser,
    folder,
    button,
    panel,
    tiles: () => page.locator(".tile"),
    register: async () => {
      await button("Create an account").click()
      await page.getByLabel("Email").fill(email)
      await page.getByLabel("Password").fill(password)
      await button("Create account").click()
      await page.getByRole("heading", { name: "Drop photos or folders anywhere" }).waitFor()
    },
    upload: async (paths) => {
      await dropPaths(web, paths)
      await button(/^Upload [\d,]+ photos?$/).click()
    },
    closePanel: async () => {
      await panel().getByRole("button", { name: "Close" }).click()
      await panel().waitFor({ state: "detached" })
    },
    end: async () => {
      await browser.close()
      await system.end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
