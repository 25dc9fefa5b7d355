import { execFile } from "node:child_process"
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { repository } from "../../local/settings.ts"
import { bundleApp } from "./bundle.ts"

const run = promisify(execFile)
const hermesFolder = process.platform === "darwin" ? "osx-bin" : "linux64-bin"
const hermes = join(repository, "node_modules/hermes-engine-cli", hermesFolder, "hermes")

const uploaded = z.object({
  completed: z.array(z.string()),
  failed: z.array(z.unknown()),
  received: z.object({
    create: z.object({ multipart: z.boolean() }),
    puts: z.array(z.object({ body: z.unknown(), outcome: z.union([z.string(), z.number()]) })),
    requests: z.array(z.string()),
    unauthorized: z.number(),
  }),
})

let folder: string
let bundle: string
let output: string[]
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "rapid-photo-native-")))
  bundle = await bundleApp(folder)
  const { stdout } = await run(hermes, [bundle], { timeout: 60_000 })
  output = stdout.trim().split("\n")
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A line that the app printed. */
const printed = (line: number): unknown => JSON.parse(output[line] ?? "null")

test("three files are uploaded with one PUT each, from their URIs, whatever their size", () => {
  const { completed, failed, received } = uploaded.parse(printed(0))
  expect(completed).toEqual(["a.jpg", "b.jpg", "c.jpg"])
  expect(failed).toEqual([])
  expect(received.create.multipart).toBe(false)
  for (const { body } of received.puts) expect(body).toMatchObject({ uri: expect.stringMatching(/^file:/) })
  expect(received.requests.filter((route) => route.includes("multipart"))).toEqual([])
})

test("a lost response, an error of S3, an expired token and closed live channels do not fail a file", () => {
  const { puts, unauthorized, requests } = uploaded.parse(printed(0)).received
  expect(puts.map(({ outcome }) => String(outcome)).sort()).toEqual(["200", "200", "412", "503", "lost"])
  // Requests at the same time share one refresh.
  expect(unauthorized).toBeGreaterThan(0)
  expect(requests.filter((route) => route === "POST /auth/refresh")).toHaveLength(1)
  expect(requests).toContain("GET /queries/upload-jobs/job_1")
})

test("pause and cancel work with signals that have no reason", () => {
  expect(printed(1)).toEqual({ cancelled: ["a.jpg", "b.jpg", "c.jpg"], failed: [] })
})

test("the bundle contains no part of the entries for browsers and Node.js", async () => {
  const code = await readFile(bundle, "utf8")
  for (const absent of ["indexedDB", "hash-worker", "node:", "import.meta"])
    expect(code).not.toContain(absent)
})
