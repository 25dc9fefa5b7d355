import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { startTestStorage } from "../test-storage.ts"

let directory: string
let accessLogFile: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "access-log-"))
  accessLogFile = join(directory, "s3-access.jsonl")
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const lines = async (): Promise<unknown[]> =>
  (await readFile(accessLogFile, "utf8"))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))

test("the access log has one line per request with a valid signature, with its status, part and entity tag", async () => {
  const storage = await startTestStorage({ accessLogFile })
  const key = "local/usr_1/ph 1/original"
  const put = { method: "PUT", body: "12345" }
  const stored = await storage.fetchSigned(key, put)
  await storage.fetchSigned(key, { ...put, headers: { "if-none-match": "*" } })
  await storage.fetchSigned("local/missing")
  await storage.fetchSigned("", { query: "list-type=2" })
  const opened = await storage.fetchSigned(key, { method: "POST", query: "uploads" })
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(await opened.text())?.[1] ?? ""
  await storage.fetchSigned(key, { ...put, query: `partNumber=2&uploadId=${uploadId}` })
  await fetch(`${storage.s3Endpoint}/photos/${key}`)
  await storage.remove()

  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  const etag = stored.headers.get("etag")?.replaceAll('"', "")
  expect(await lines()).toEqual([
    { time, method: "PUT", key, status: 200, bytes: 5, etag },
    { time, method: "PUT", key, status: 412, bytes: 5 },
    { time, method: "GET", key: "local/missing", status: 404, bytes: 0 },
    { time, method: "GET", key: "", status: 200, bytes: 0 },
    { time, method: "POST", key, status: 200, bytes: 0 },
    { time, method: "PUT", key, status: 200, uploadId, partNumber: 2, bytes: 5, etag },
  ])
})

test("a new start appends to the access log", async () => {
  for (const key of ["local/a", "local/b"]) {
    const storage = await startTestStorage({ accessLogFile })
    await storage.fetchSigned(key, { method: "PUT", body: "1" })
    await storage.remove()
  }
  expect(await lines()).toMatchObject([{ key: "local/a" }, { key: "local/b" }])
})
