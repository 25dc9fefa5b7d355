import { createHash } from "node:crypto"
import { readdir } from "node:fs/promises"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import {
  createClient,
  folderStorage,
  type UploadEvent,
  type UploadFileState,
} from "../../client/sdk/src/node.ts"
import { fileOf, smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { isRequest, startFaultProxies } from "./fault-proxy.ts"
import { sdkUser } from "./sdk-user.ts"

let system: RunningSystem
beforeAll(async () => {
  system = await runSystem()
})
afterAll(() => system?.end())

const inputs = async (count: number) =>
  (await smallPhotos(count)).map(({ filename, content }) => ({ name: filename, content }))

const sha256 = async (content: Blob) =>
  createHash("sha256")
    .update(await content.bytes())
    .digest("hex")

test("20 photos are completed, with hashes, thumbnails, monotonous progress and events in order", async () => {
  const { client, stateFolder } = await sdkUser(system.edgeUrl)
  const files = await inputs(20)
  const job = client.upload(files)
  const sums: number[] = []
  job.on("progress", ({ bytesSent }) => sums.push(bytesSent))
  const statuses = new Map<string, string[]>()
  let last: UploadEvent | undefined
  for await (const event of job) {
    last = event
    if (event.type !== "file") continue
    const { id, status } = event.file
    statuses.set(id, [...(statuses.get(id) ?? []), status])
  }
  const result = await job.done
  expect(last).toEqual({ type: "done", result })
  expect(result).toMatchObject({ failed: [], duplicates: [], cancelled: [], tagFailure: null })
  expect(result.completed).toHaveLength(20)
  for (const file of result.completed) {
    const input = files.find(({ name }) => name === file.filename)
    expect(file.sha256).toBe(input && (await sha256(input.content)))
    expect(file.thumbnails.map(({ variant }) => variant).sort()).toEqual([1024, 256])
    expect(file.bytesSent).toBe(file.bytesTotal)
  }
  expect(sums).toEqual(sums.toSorted((a, b) => a - b))
  expect(sums.at(-1)).toBe(job.progress.bytesTotal)
  const order = ["hashing", "uploading", "uploaded", "processing", "completed"]
  for (const seen of statuses.values()) {
    const known = seen.filter((status, index) => seen.indexOf(status) === index)
    expect(known).toEqual(order.filter((status) => known.includes(status)))
  }
  for (const photo of result.completed) {
    const stored = await client.api.getPhoto(photo.photoId ?? "")
    expect(stored).toMatchObject({ status: "COMPLETED", checksum: photo.sha256 })
  }
  expect(await client.findUnfinished(), stateFolder).toEqual([])
  // Iterating an upload that is over ends at once.
  const late: UploadEvent[] = []
  for await (const event of job) late.push(event)
  expect(late).toEqual([last])
})

test("photos that the account has, or the batch has twice, are duplicates and are not sent", async () => {
  const proxies = await startFaultProxies(system)
  const { client } = await sdkUser(proxies.api.url)
  const [first, second, third] = await inputs(3)
  if (!first || !second || !third) throw new Error("no photos")
  const before = await client.upload([first]).done
  const originalId = before.completed[0]?.photoId
  const sent = () => proxies.storage.requests().filter(isRequest("PUT", /original/)).length
  expect(sent()).toBe(1)

  const result = await client.upload([first, second, { name: "copy.jpg", content: second.content }, third])
    .done
  expect(result.completed.map(({ filename }) => filename).sort()).toEqual([second.name, third.name].sort())
  const duplicates = new Map(result.duplicates.map((file) => [file.filename, file]))
  expect(duplicates.get(first.name)?.duplicateOf).toBe(originalId)
  const twin = result.completed.find(({ filename }) => filename === second.name)
  const copy =
    duplicates.get("copy.jpg") ?? result.duplicates.find(({ filename }) => filename === second.name)
  expect([twin?.photoId, result.completed[0]?.photoId, result.completed[1]?.photoId]).toContain(
    copy?.duplicateOf,
  )
  expect(sent()).toBe(3)

  const again = await client.upload([first], { allowDuplicates: true }).done
  expect(again.completed).toHaveLength(1)
  await proxies.stop()
})

test("duplicates among files that were hashed after the job was created are found with the renewal", async () => {
  const proxies = await startFaultProxies(system)
  const { client } = await sdkUser(proxies.api.url)
  const files = await inputs(4)
  await client.upload(files).done
  // Reading the first bytes takes as long as the create: no hash is known when the job is created.
  const isCreated = () =>
    proxies.api.requests().filter(isRequest("POST", /^\/commands\/upload-jobs$/)).length === 2
  const slow = files.map(({ name, content }) => ({
    name,
    size: content.size,
    type: "image/jpeg",
    open: (start: number, end: number) => {
      if (end - start < content.size) return content.slice(start, end).stream()
      return new ReadableStream<Uint8Array>({
        start: async (controller) => {
          await vi.waitFor(() => expect(isCreated()).toBe(true), { timeout: 10_000 })
          controller.enqueue(await content.bytes())
          controller.close()
        },
      })
    },
  }))
  const result = await client.upload(slow).done
  expect(result.duplicates).toHaveLength(4)
  const renewals = proxies.api.requests().filter(isRequest("POST", /\/renew$/))
  expect(renewals.length).toBeGreaterThan(0)
  expect(proxies.storage.requests().filter(isRequest("PUT", /original/))).toHaveLength(4)
  await proxies.stop()
})

test("a file that is rejected or broken fails with its reason and leaves the others", async () => {
  const { client } = await sdkUser(system.edgeUrl)
  const [good] = await inputs(1)
  if (!good) throw new Error("no photo")
  const half = good.content.slice(0, good.content.size / 2)
  const result = await client.upload([
    good,
    { name: "empty.jpg", content: new Blob([]) },
    { name: "truncated.jpg", content: half },
    { name: "text.txt", content: fileOf("text.txt", "hello").content },
    "/does/not/exist.jpg",
    "/tmp",
  ]).done
  expect(result.completed.map(({ filename }) => filename)).toEqual([good.name])
  const failures = Object.fromEntries(result.failed.map(({ filename, failure }) => [filename, failure]))
  expect(failures).toMatchObject({
    "empty.jpg": { code: "file_empty", isRetryable: false },
    "truncated.jpg": { code: "CORRUPT", isRetryable: false },
    "text.txt": { isRetryable: false },
    "exist.jpg": { code: "file-unreadable" },
    tmp: { code: "file-unreadable" },
  })
})

test("pause stops sending and resume continues; a cancelled file and a cancelled upload end on the server too", async () => {
  const proxies = await startFaultProxies(system)
  const { client } = await sdkUser(proxies.api.url)
  const puts = () => proxies.storage.requests().filter(isRequest("PUT", /original/))
  const job = client.upload(await inputs(12), { concurrency: 2 })
  await vi.waitFor(() => expect(puts().length).toBeGreaterThan(1), { timeout: 20_000 })
  job.pause()
  expect(job.isPaused).toBe(true)
  const sentBefore = puts().length
  const waiting = job.files.find(({ status }) => status === "waiting" || status === "hashing")
  if (!waiting) throw new Error("every file is sent")
  job.cancelFile(waiting.id)
  await vi.waitFor(
    async () => {
      const [jobId = ""] = job.jobIds
      const { items } = await client.api.getUploadJob(jobId)
      const { photoId } = job.files.find(({ id }) => id === waiting.id) ?? {}
      expect(items.find((item) => item.photoId === photoId)?.status).toBe("CANCELLED")
    },
    { timeout: 10_000 },
  )
  expect(puts()).toHaveLength(sentBefore)
  job.resume()
  const result = await job.done
  expect([result.completed.length, result.cancelled.length]).toEqual([11, 1])

  const second = client.upload(await inputs(12), { allowDuplicates: true })
  await vi.waitFor(() => expect(second.jobIds).toHaveLength(1), { timeout: 20_000 })
  second.cancel()
  const { cancelled, failed } = await second.done
  expect(failed).toEqual([])
  expect(cancelled.length).toBeGreaterThan(0)
  await vi.waitFor(
    async () => expect((await client.api.getUploadJob(second.jobIds[0] ?? "")).terminal).toBe(true),
    { timeout: 20_000 },
  )
  await proxies.stop()
})

test("every photo of an upload gets its tags; tags that the API rejects fail no photo", async () => {
  const { client } = await sdkUser(system.edgeUrl)
  const { completed, tagFailure } = await client.upload(await inputs(2), { tags: ["Holiday", "Sea"] }).done
  expect(tagFailure).toBeNull()
  for (const { photoId } of completed)
    expect((await client.api.getPhoto(photoId ?? "")).tags).toEqual(["Holiday", "Sea"])
  const untagged = await client.upload(await inputs(1), { tags: ["x".repeat(300)], allowDuplicates: true })
    .done
  expect(untagged.completed).toHaveLength(1)
  expect(untagged.tagFailure).toMatchObject({ code: "validation-failed" })
})

test("an upload that runs is not found as unfinished; files that are not passed to resume are found again", async () => {
  const { client, account, stateFolder } = await sdkUser(system.edgeUrl)
  const job = client.upload(await inputs(3), { allowDuplicates: true })
  await vi.waitFor(async () => expect(await readdir(stateFolder)).toHaveLength(1), { timeout: 10_000 })
  expect(await client.findUnfinished()).toEqual([])
  job.pause()
  // Another process with the same storage, after this one was killed.
  const storage = folderStorage(stateFolder)
  const other = createClient({ baseUrl: system.edgeUrl, ...account, storage })
  const [unfinished] = await other.findUnfinished()
  if (!unfinished) throw new Error("nothing is unfinished")
  const { missing } = unfinished
  expect(missing.length).toBeGreaterThan(0)
  await unfinished.resume([]).done
  const [again] = await other.findUnfinished()
  expect(again?.missing.map(({ filename }) => filename).sort()).toEqual(
    missing.map(({ filename }) => filename).sort(),
  )
  await again?.discard()
  expect(await other.findUnfinished()).toEqual([])
  job.cancel()
  await job.done
})

test("retryFailed sends failed files again in their job", async () => {
  let isBroken = true
  const proxies = await startFaultProxies(system, {
    storage: ({ method }) => (method === "PUT" && isBroken ? "error" : "none"),
  })
  const { client } = await sdkUser(proxies.api.url)
  const job = client.upload(await inputs(3), { retryDelaysMs: [1] })
  const first = await job.done
  expect(first.failed.map(({ failure }) => failure?.code)).toEqual(Array(3).fill("storage-error"))
  isBroken = false
  expect(job.retryFailed()).toBe(3)
  const second = await job.done
  expect(second.completed).toHaveLength(3)
  expect(second.jobIds).toEqual(first.jobIds)
  const photoIds = (files: readonly UploadFileState[]) => files.map(({ photoId }) => photoId).sort()
  expect(photoIds(second.completed)).toEqual(photoIds(first.failed))
  expect(job.retryFailed()).toBe(0)
  await proxies.stop()
})
