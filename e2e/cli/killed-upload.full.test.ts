import { randomBytes } from "node:crypto"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { buildCommandLine, type CommandLine, jsonLines, signedInCommandLine } from "./command-line.ts"

let system: RunningSystem
let cli: CommandLine
beforeAll(async () => {
  await buildCommandLine()
  system = await runSystem()
  cli = await signedInCommandLine(system)
})
afterAll(() => system?.end())

type Access = { method: string; key: string; status: number; uploadId?: string; partNumber?: number }

/** The PUT requests that the local S3 accepted: objects and parts of clients. */
const acceptedPuts = async () =>
  jsonLines<Access>(await readFile(join(system.directory, "s3-access.jsonl"), "utf8")).filter(
    ({ method, status, key }) => method === "PUT" && status === 200 && key.endsWith("/original"),
  )

/** A PNG of about 40 MB from noise, which does not compress. */
const largePhoto = () =>
  sharp(randomBytes(4200 * 3333 * 3), { raw: { width: 4200, height: 3333, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer()

test("100 photos that are killed twice are continued by the same command, and no part is stored twice", async () => {
  const folder = join(system.directory, "holiday")
  await mkdir(folder)
  for (const { filename, content } of await smallPhotos(98))
    await writeFile(join(folder, filename), await content.bytes())
  for (const name of ["large-1.png", "large-2.png"]) await writeFile(join(folder, name), await largePhoto())

  const partsOf = (puts: readonly Access[]) => puts.filter(({ partNumber }) => partNumber !== undefined)
  const killed = (condition: (puts: readonly Access[]) => boolean) =>
    cli.killed(["upload", folder], "SIGKILL", async () => condition(await acceptedPuts()))
  expect(await killed((puts) => puts.length >= 40)).toMatchObject({ exitCode: null })
  const first = (await acceptedPuts()).length
  expect(await killed((puts) => partsOf(puts).length >= 3)).toMatchObject({ exitCode: null })
  const second = (await acceptedPuts()).length
  expect(second).toBeGreaterThan(first)

  const last = await cli("upload", folder)
  expect(last.stderr).toBe("")
  expect(last.exitCode).toBe(0)
  expect(last.stdout).toContain("All 100 photos are safely stored. You may delete the originals.")

  const puts = await acceptedPuts()
  const identities = puts.map(({ key, uploadId, partNumber }) => JSON.stringify([key, uploadId, partNumber]))
  expect(identities.filter((identity, index) => identities.indexOf(identity) !== index)).toEqual([])
  const parts = partsOf(puts).map(({ key, partNumber }) => JSON.stringify([key, partNumber]))
  expect(parts.length).toBeGreaterThan(8)
  expect(new Set(parts).size).toBe(parts.length)
  expect(new Set(puts.map(({ key }) => key)).size).toBe(100)

  expect(await cli("verify", folder)).toMatchObject({ exitCode: 0 })
  const changed = join(folder, "IMG_7.jpg")
  const bytes = await readFile(changed)
  bytes[bytes.length - 10] = (bytes[bytes.length - 10] ?? 0) ^ 1
  await writeFile(changed, bytes)
  expect(await cli("verify", folder)).toMatchObject({
    exitCode: 1,
    stdout: `not stored  ${changed}\n99 of 100 photos are safely stored.\n`,
  })
})

test("Ctrl-C ends with 130 and a hint, and resume without arguments finishes the upload", async () => {
  const folder = join(system.directory, "interrupted")
  await mkdir(folder)
  await writeFile(join(folder, "large.png"), await largePhoto())
  const before = (await acceptedPuts()).length
  const interrupted = await cli.killed(
    ["upload", "interrupted", "--concurrency", "1"],
    "SIGINT",
    async () => (await acceptedPuts()).length > before,
  )
  expect(interrupted.exitCode).toBe(130)
  expect(interrupted.stderr).toContain("Interrupted. The same command continues the upload.")

  const resumed = await cli("resume")
  expect(resumed.stderr).toBe("")
  expect(resumed.stdout).toContain("The photo is safely stored. You may delete the originals.")
  expect(await cli("resume")).toMatchObject({ exitCode: 0, stdout: "Every upload is finished.\n" })
})
