import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { repository } from "../local/settings.ts"
import { type RunningSystem, runSystem } from "./running-system.ts"

const run = promisify(execFile)

let system: RunningSystem
let folder: string
beforeAll(async () => {
  system = await runSystem()
  folder = await mkdtemp(join(tmpdir(), "rapid-photo-readme-"))
  // The commands read docs/sample-photo.jpg and write the thumbnail into the current folder.
  await symlink(join(repository, "docs"), join(folder, "docs"))
})
afterAll(async () => {
  await system?.end()
  await rm(folder, { recursive: true, force: true })
})

test("the commands of the README upload a photo and download its thumbnail, exactly as printed", async () => {
  const readme = await readFile(join(repository, "README.md"), "utf8")
  const commands = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = ""]) => block).join("")
  expect(commands).toContain("/commands/upload-jobs")

  // A POSIX shell that stops at the first failing command.
  const { stdout } = await run("sh", ["-e", "-c", commands], {
    cwd: folder,
    env: { ...process.env, EDGE_URL: system.edgeUrl },
    timeout: 60_000,
  })

  expect(stdout).toContain('"email":"ada@example.com"')
  expect(stdout).toMatch(/"status":"COMPLETED".*"terminal":true/)
  expect(stdout).toContain('"make":"Apple"')
  const thumbnail = await sharp(join(folder, "thumbnail.webp")).metadata()
  expect(thumbnail).toMatchObject({ format: "webp", width: 256, height: 192 })
})
