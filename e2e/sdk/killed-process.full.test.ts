import { spawn } from "node:child_process"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { largePhoto, smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { isRequest, startFaultProxies } from "./fault-proxy.ts"
import { sdkUser } from "./sdk-user.ts"

let system: RunningSystem
beforeAll(async () => {
  system = await runSystem()
})
afterAll(() => system?.end())

test("a process that is killed twice in mid-upload continues, and no stored file or part is sent again", async () => {
  // Slow enough to be killed between two requests.
  const proxies = await startFaultProxies(system, {
    storage: ({ method }) => (method === "PUT" ? 150 : "none"),
  })
  const { account, stateFolder } = await sdkUser(proxies.api.url)
  const folder = join(system.directory, "photos")
  await mkdir(folder)
  const paths: string[] = []
  const add = async (name: string, bytes: Uint8Array) => {
    paths.push(join(folder, name))
    await writeFile(join(folder, name), bytes)
  }
  for (const { filename, content } of await smallPhotos(12)) await add(filename, await content.bytes())
  for (const name of ["large-1.png", "large-2.png"]) await add(name, await largePhoto())

  const run = () => {
    const args = ["--edge", proxies.api.url, "--email", account.email, "--password", account.password]
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "sdk-process.ts"), ...args, "--state", stateFolder, ...paths],
      { stdio: ["ignore", "pipe", "inherit"] },
    )
    return { child, output: text(child.stdout) }
  }
  const stored = (pattern: RegExp) =>
    proxies.storage
      .requests()
      .filter(isRequest("PUT", /original/))
      .filter(({ status, path }) => status === 200 && pattern.test(path))
  const killAfter = async (isReached: () => boolean) => {
    const { child, output } = run()
    await vi.waitFor(() => expect(isReached()).toBe(true), { timeout: 60_000, interval: 20 })
    child.kill("SIGKILL")
    return output
  }

  expect(await killAfter(() => stored(/./).length >= 5)).toBe("new\n")
  expect(await killAfter(() => stored(/partNumber/).length >= 4)).toMatch(/^missing \d+\n$/)
  const last = await run().output
  expect(last).toMatch(/^missing \d+\ncompleted 14 failed 0 jobs 1\n$/)

  // A request that was running when its process was killed can have been stored by S3: only finished ones count.
  const places = stored(/./).map(
    ({ path }) => `${path.split("?")[0]} ${/partNumber=\d+/.exec(path)?.[0] ?? ""}`,
  )
  const repeated = places.filter((place, index) => places.indexOf(place) !== index)
  expect(repeated.length, repeated.join()).toBeLessThanOrEqual(12)
  const twice = repeated.filter((place) => !place.includes("partNumber"))
  expect(twice).toEqual([])
  await proxies.stop()
})
