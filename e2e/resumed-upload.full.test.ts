import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createApiClient } from "../client/sdk/src/api/api-client.ts"
import { watchUploadJob } from "./driver/watch-upload-job.ts"
import { largePhoto } from "./photo-files.ts"
import { type RunningSystem, runSystem } from "./running-system.ts"

const mebibyte = 1024 * 1024
const partSize = 5 * mebibyte

let system: RunningSystem
beforeAll(async () => {
  system = await runSystem()
})
afterAll(() => system?.end())

/** Runs a client in a separate process, which `onLine` may kill. */
const runClient = (args: Record<string, string>, onLine: (line: string, kill: () => void) => void) =>
  new Promise<string[]>((resolve, reject) => {
    const flags = Object.entries(args).flatMap(([name, value]) => [`--${name}`, value])
    const client = spawn(process.execPath, [join(import.meta.dirname, "uploading-process.ts"), ...flags], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    const lines: string[] = []
    createInterface({ input: client.stdout }).on("line", (line) => {
      lines.push(line)
      onLine(line, () => client.kill("SIGKILL"))
    })
    client.once("error", reject)
    client.once("close", () => resolve(lines))
  })

test("a 40 MB upload that was killed half way resumes from the stored parts in a new process", async () => {
  const file = join(system.directory, "large.png")
  const bytes = await largePhoto()
  expect(bytes.length).toBeGreaterThan(40 * 1000 * 1000)
  await writeFile(file, bytes)
  const account = { email: `${randomUUID()}@example.com`, password: randomUUID() }
  const api = createApiClient({ baseUrl: system.edgeUrl })
  await api.register(account)
  await api.signIn(account.email, account.password)
  const declared = { filename: "large.png", mimeType: "image/png", bytes: bytes.length }
  const { jobId, items } = await api.createUploadJob({ files: [declared], partSize })
  const photo = items[0]?.photoId ?? ""
  const partCount = Math.ceil(bytes.length / partSize)
  expect(items[0]?.multipart).toEqual({ partSize, partCount, uploadId: null })

  const args = { edge: system.edgeUrl, ...account, photo, file }
  const first = await runClient(args, (line, kill) => line === "part 4" && kill())
  expect(first).not.toContain("finalized")
  const opened = await api.openMultipartUpload(photo)
  const stored = opened.parts.filter(({ isStored }) => isStored).map(({ partNumber }) => partNumber)
  expect(stored.slice(0, 4)).toEqual([1, 2, 3, 4])
  expect(stored.length).toBeLessThan(partCount)

  const second = await runClient(args, () => undefined)
  const rest = Array.from(
    { length: partCount - stored.length },
    (_, index) => `part ${stored.length + index + 1}`,
  )
  expect(second).toEqual([...rest, "finalized"])
  const job = await watchUploadJob(api, jobId, { pollMs: 200, signal: AbortSignal.timeout(60_000) })
  expect(job).toMatchObject({ status: "COMPLETED", completedCount: 1 })
})
