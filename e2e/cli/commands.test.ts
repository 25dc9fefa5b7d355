import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { repository } from "../../local/settings.ts"
import { uploadSampleCommand } from "../../local/upload-sample-command.ts"
import { smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { buildCommandLine, type CommandLine, jsonLines, signedInCommandLine } from "./command-line.ts"

const run = promisify(execFile)

let system: RunningSystem
let cli: CommandLine
let folder: string
beforeAll(async () => {
  await buildCommandLine()
  system = await runSystem()
  cli = await signedInCommandLine(system)
  folder = join(system.directory, "My photos 🏔️")
  await mkdir(join(folder, "day 2"), { recursive: true })
  const [first, second] = await smallPhotos(2)
  await writeFile(join(folder, "a 🌄.jpg"), (await first?.content.bytes()) ?? "")
  await writeFile(join(folder, "day 2", "a 🌄.jpg"), (await second?.content.bytes()) ?? "")
  await writeFile(join(folder, "notes.txt"), "not a photo")
})
afterAll(() => system?.end())

type Listed = { photoId: string; filename: string; path: string | null; tags: { label: string }[] }

const listed = async (...args: string[]) => jsonLines<Listed>((await cli("list", "--json", ...args)).stdout)

test("a folder with equal names in two folders is uploaded, listed, verified, tagged, downloaded and deleted", async () => {
  const dryRun = await cli("upload", "--dry-run", folder)
  expect(dryRun).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/accepted.*\n.*accepted/) })
  expect(await listed()).toEqual([])

  const uploaded = await cli("upload", folder, "--tag", "alps")
  expect(uploaded.stderr).toBe("")
  expect(uploaded).toMatchObject({ exitCode: 0 })
  expect(uploaded.stdout).toContain("stored     My photos 🏔️/day 2/a 🌄.jpg\n")
  expect(uploaded.stdout).toContain("All 2 photos are safely stored. You may delete the originals.\n")
  const photos = await listed("--tag", "alps")
  expect(photos.map(({ path }) => path).sort()).toEqual(["My photos 🏔️", "My photos 🏔️/day 2"])

  const again = await cli("upload", folder, "--json")
  expect(jsonLines(again.stdout).at(-1)).toMatchObject({
    type: "done",
    isSafe: true,
    counts: { completed: 0, duplicates: 2, failed: 0, cancelled: 0 },
  })

  expect(await cli("verify", folder)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("2 of 2 photos are safely stored."),
  })

  const [first, second] = photos.map(({ photoId }) => photoId)
  if (!first || !second) throw new Error("two photos are expected")
  expect(await cli("tag", first, "--add", "best", "--remove", "alps")).toMatchObject({ exitCode: 0 })
  expect((await listed("--tag", "best")).map(({ photoId }) => photoId)).toEqual([first])

  const target = join(system.directory, "downloads")
  expect(await cli("download", first, second, "--output", target)).toMatchObject({ exitCode: 0 })
  expect((await readdir(target)).sort()).toEqual(["a 🌄 (2).jpg", "a 🌄.jpg"])
  const hashOf = async (file: string) =>
    createHash("sha256")
      .update(await readFile(file))
      .digest("hex")
  const originals = [join(folder, "a 🌄.jpg"), join(folder, "day 2", "a 🌄.jpg")]
  const copies = [join(target, "a 🌄.jpg"), join(target, "a 🌄 (2).jpg")]
  expect((await Promise.all(copies.map(hashOf))).sort()).toEqual(
    (await Promise.all(originals.map(hashOf))).sort(),
  )

  expect(await cli("delete", first)).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("--yes") })
  expect(await cli("delete", first, "--yes")).toMatchObject({ exitCode: 0 })
  expect((await listed()).map(({ photoId }) => photoId)).toEqual([second])
  expect(await cli("verify", folder)).toMatchObject({ exitCode: 1 })
})

test("a receipt is written as JSON, CSV and HTML, which name the same hash", async () => {
  const photo = join(system.directory, "sample.jpg")
  await copyFile(join(repository, "docs/sample-photo.jpg"), photo)
  const { stdout } = await cli("upload", photo, "--json")
  const [jobId = ""] = jsonLines<{ jobIds: string[] }>(stdout).at(-1)?.jobIds ?? []
  const json = await cli("receipt", jobId)
  const { manifestSha256, manifest } = JSON.parse(json.stdout) as {
    manifestSha256: string
    manifest: { isSafe: boolean }
  }
  expect(manifest.isSafe).toBe(true)
  for (const format of ["csv", "html"]) {
    const file = join(system.directory, `receipt.${format}`)
    expect(await cli("receipt", jobId, "--format", format, "--output", file)).toMatchObject({ exitCode: 0 })
    expect(await readFile(file, "utf8")).toContain(manifestSha256)
  }
  expect(await cli("receipt", jobId, "--format", "pdf")).toMatchObject({ exitCode: 2 })
  expect(await cli("status", jobId, "--watch")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("COMPLETED 100 %"),
  })
})

test("verify --delete-verified deletes the stored files only", async () => {
  const [stored, other] = await smallPhotos(2)
  const target = join(system.directory, "to-delete")
  await mkdir(target)
  await writeFile(join(target, "stored.jpg"), (await stored?.content.bytes()) ?? "")
  expect(await cli("upload", target, "--quiet")).toEqual({ exitCode: 0, stdout: "", stderr: "" })
  await writeFile(join(target, "other.jpg"), (await other?.content.bytes()) ?? "")

  expect(await cli("verify", target, "--delete-verified")).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("Nothing was deleted"),
  })
  expect(existsSync(join(target, "stored.jpg"))).toBe(true)
  const { stdout, exitCode } = await cli("verify", target, "--delete-verified", "--yes")
  expect(exitCode).toBe(1)
  expect(stdout).toContain(`not stored  ${join(target, "other.jpg")}\n`)
  expect(await readdir(target)).toEqual(["other.jpg"])
})

test("a server that cannot be reached is one line and exit code 1, without a session it is 2", async () => {
  const away = await signedInCommandLine(system)
  const { edgeUrl } = system
  expect(await away("list", "--base-url", "http://127.0.0.1:1")).toMatchObject({ exitCode: 2 })
  const login = await away(
    "login",
    "--email",
    "a@example.com",
    "--password-stdin",
    "--base-url",
    "http://127.0.0.1:1",
  )
  expect(login).toMatchObject({ exitCode: 1, stdout: "" })
  expect(login.stderr).toMatch(
    /^The server cannot be reached \(.+\)\. Check --base-url and the connection\.\n$/,
  )
  expect(await away("logout")).toMatchObject({ exitCode: 0 })
  const signedOut = await away("upload", join(repository, "docs/sample-photo.jpg"), "--base-url", edgeUrl)
  expect(signedOut).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("You are not signed in") })
})

test("the line that npm start prints creates an account and uploads the bundled photo", async () => {
  const line = uploadSampleCommand(system.edgeUrl)
  const environment = {
    ...process.env,
    RAPID_PHOTO_UPLOAD_HOME: join(system.directory, "home-start"),
    RAPID_PHOTO_UPLOAD_KEYRING: "off",
  }
  // A second time the account exists, and the photo is stored.
  for (const expected of [/The photo is safely stored\./, /stored before/]) {
    const { stdout } = await run("sh", ["-c", line], { cwd: repository, env: environment })
    expect(stdout).toMatch(expected)
  }
})

// `npm start` and CI run a newer Node.js; the package supports 20.
test.runIf(existsSync("/usr/bin/node"))(
  "the built command line runs on the Node.js of the machine",
  async () => {
    const old = await signedInCommandLine(system, "/usr/bin/node")
    const uploaded = await old("upload", folder)
    expect(uploaded.stderr).toBe("")
    expect(uploaded).toMatchObject({ exitCode: 0 })
    expect(await old("verify", folder)).toMatchObject({ exitCode: 0 })
  },
)
