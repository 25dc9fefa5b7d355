import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createApiClient } from "../../client/sdk/src/api/index.ts"
import { repository } from "../../local/settings.ts"
import { smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"

const run = promisify(execFile)
let system: RunningSystem
let project: string
beforeAll(async () => {
  system = await runSystem()
  project = await mkdtemp(join(tmpdir(), "empty-project-"))
})
afterAll(async () => {
  await system?.end()
  await rm(project, { recursive: true, force: true })
})

test("in an empty project, the packed SDK and the lines of its README upload 20 photos", async () => {
  const sdk = join(repository, "client/sdk")
  const { stdout: packed } = await run("npm", ["pack", "--json", "--pack-destination", project], { cwd: sdk })
  const [tarball] = JSON.parse(packed.slice(packed.indexOf("["))) as [{ filename: string }]
  await writeFile(join(project, "package.json"), '{ "private": true }')
  await run("npm", ["install", "--prefer-offline", "--no-audit", tarball.filename], { cwd: project })

  const readme = await readFile(join(sdk, "README.md"), "utf8")
  const lines = /## Node\.js[\s\S]*?```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
  expect(lines.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(11)
  await writeFile(join(project, "upload.mjs"), lines)
  const photos = join(project, "photos")
  await mkdir(photos)
  for (const { filename, content } of await smallPhotos(20))
    await writeFile(join(photos, filename), await content.bytes())
  const account = { email: `${randomUUID()}@example.com`, password: randomUUID() }
  await createApiClient({ baseUrl: system.edgeUrl }).register(account)

  const { stdout } = await run(process.execPath, ["upload.mjs", "./photos"], {
    cwd: project,
    env: {
      ...process.env,
      BASE_URL: system.edgeUrl,
      EMAIL: account.email,
      PASSWORD: account.password,
      XDG_STATE_HOME: project,
    },
    timeout: 120_000,
  })
  expect(stdout).toMatch(/^completed: 20$/m)
})
