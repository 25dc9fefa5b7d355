import { stat, utimes, writeFile } from "node:fs/promises"
import { join } from "node:path"
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

/** Replaces a file's content and keeps its time, so that only the hash shows the change. */
const overwrite = async (path: string, bytes: Uint8Array) => {
  const { atime, mtime } = await stat(path)
  await writeFile(path, bytes)
  await utimes(path, atime, mtime)
}

test.each(["with another size", "with the same size and time"])(
  "a photo that changes %s between hash and send is not stored; a retry uploads its new content",
  async (kind) => {
    const proxies = await startFaultProxies(system)
    const { client } = await sdkUser(proxies.api.url)
    const [first, second] = await smallPhotos(2)
    if (!first || !second) throw new Error("no photos")
    const path = join(system.directory, "changing.jpg")
    const before = await first.content.bytes()
    const after = kind === "with another size" ? await second.content.bytes() : before.with(-1, 0xd8)
    await writeFile(path, before)
    const job = client.upload([path])
    // The hash is known before the job is created.
    const remove = job.on("file", ({ file }) => {
      if (file.status === "hashing") job.pause()
    })
    await vi.waitFor(() => expect(job.files[0]?.sha256).toMatch(/^[0-9a-f]{64}$/), { timeout: 10_000 })
    remove()
    if (kind === "with another size") await writeFile(path, new Uint8Array([...after, 0]))
    else await overwrite(path, after)
    job.resume()
    const { failed } = await job.done
    expect(failed[0]?.failure).toMatchObject({ code: "file-changed", isRetryable: true })
    expect(proxies.storage.requests().filter(({ status }) => status === 200)).toEqual([])

    await writeFile(path, await second.content.bytes())
    expect(job.retryFailed()).toBe(1)
    const { completed } = await job.done
    const photo = await client.api.getPhoto(completed[0]?.photoId ?? "")
    expect(photo).toMatchObject({ status: "COMPLETED", checksum: completed[0]?.sha256 })
    expect(completed[0]?.photoId).not.toBe(failed[0]?.photoId)
    expect(await client.api.getUploadJob(job.jobIds[0] ?? "")).toMatchObject({ terminal: true })
    await proxies.stop()
  },
)

test("a part that changes between hash and send is rejected by S3", async () => {
  const proxies = await startFaultProxies(system)
  const { client } = await sdkUser(proxies.api.url)
  const path = join(system.directory, "changing.png")
  const bytes = new Uint8Array(await largePhoto())
  await writeFile(path, bytes)
  const job = client.upload([path], { concurrency: 1 })
  await vi.waitFor(
    () => expect(proxies.storage.requests().some(isRequest("PUT", /partNumber=1/))).toBe(true),
    { timeout: 20_000 },
  )
  job.pause()
  bytes[bytes.length - 100] = (bytes.at(-100) ?? 0) ^ 1
  await overwrite(path, bytes)
  job.resume()
  const { failed } = await job.done
  expect(failed[0]?.failure).toMatchObject({
    code: expect.stringMatching(/^(file-changed|CHECKSUM_MISMATCH)$/),
  })
  await proxies.stop()
})
