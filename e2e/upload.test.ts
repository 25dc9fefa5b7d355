import postgres from "postgres"
import sharp from "sharp"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { peakMemoryBytes } from "./peak-memory.ts"
import { fileOf, pixelFlood, sampleFiles, smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser, uploadAll } from "./running-system.ts"

let system: RunningSystem
let rows: postgres.Sql
beforeAll(async () => {
  system = await runSystem()
  rows = postgres(system.databaseUrl, { max: 1 })
})
afterAll(async () => {
  await rows?.end()
  await system?.end()
})

describe("a batch of photos", () => {
  test("is uploaded directly to S3, becomes COMPLETED, and has upright thumbnails without metadata", async () => {
    const api = await signedInUser(system.edgeUrl)
    const { job, photos } = await uploadAll(api, await smallPhotos(12))
    expect(job).toMatchObject({
      status: "COMPLETED",
      terminal: true,
      totalCount: 12,
      completedCount: 12,
      failedCount: 0,
    })
    for (const photo of photos) {
      expect(photo).toMatchObject({
        status: "COMPLETED",
        width: 1200,
        height: 900,
        exifJson: { make: "Maker" },
      })
      expect(photo.checksum).toMatch(/^[0-9a-f]{64}$/)
      for (const { url, variant, width } of photo.thumbnails) {
        const thumbnail = await (await fetch(url)).bytes()
        const metadata = await sharp(thumbnail).metadata()
        expect(metadata).toMatchObject({ format: "webp", width: variant, height: (variant * 3) / 4 })
        expect(metadata.exif).toBeUndefined()
        expect(width).toBe(variant)
      }
    }
    const events = await rows`
      select type, count(*)::int from outbox_events where job_id = ${job.jobId} group by type order by type`
    expect(events.map(({ type, count }) => [type, count])).toEqual([
      ["PhotoProcessingCompleted", 12],
      ["PhotoQueued", 12],
      ["PhotoUploadCompleted", 12],
      ["UploadJobCompleted", 1],
      ["UploadJobCreated", 1],
    ])
  })

  test("with invalid files becomes COMPLETED_WITH_ERRORS with a reason per file, in less than 1 GiB of memory", async () => {
    const api = await signedInUser(system.edgeUrl)
    const [good] = await smallPhotos(1)
    if (!good) throw new Error("no photo")
    const whole = new Uint8Array(await good.content.arrayBuffer())
    const { job, photos, rejected } = await uploadAll(api, [
      good,
      fileOf("truncated.jpg", whole.slice(0, whole.length / 2)),
      fileOf("drawing.jpg", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      fileOf("empty.jpg", ""),
      pixelFlood(),
    ])
    expect(rejected).toEqual([{ filename: "empty.jpg", code: "file_empty", detail: expect.any(String) }])
    expect(job).toMatchObject({ status: "COMPLETED_WITH_ERRORS", completedCount: 1, failedCount: 3 })
    expect(photos.map(({ filename, failureReason }) => [filename, failureReason])).toEqual([
      ["IMG_0.jpg", null],
      ["truncated.jpg", "CORRUPT"],
      ["drawing.jpg", "UNSUPPORTED_TYPE"],
      ["flood.png", "DIMENSIONS_EXCEEDED"],
    ])
    const peak = await peakMemoryBytes(system.processor().groupId)
    if (peak !== null) expect(peak).toBeLessThan(1024 ** 3)
  })

  test("with a photo that is also a web page completes, and nothing is served as HTML", async () => {
    const api = await signedInUser(system.edgeUrl)
    const [good] = await smallPhotos(1)
    if (!good) throw new Error("no photo")
    const page = "<html><body><script>alert(1)</script></body></html>"
    const polyglot = new Uint8Array(await new Blob([good.content, page]).arrayBuffer())
    const { photos } = await uploadAll(api, [fileOf("photo.jpg", polyglot)])
    const [photo] = photos
    expect(photo).toMatchObject({
      status: "COMPLETED",
      isDegraded: false,
      anomalies: ["TRAILING_DATA", "EMBEDDED_MARKUP"],
    })
    const original = await fetch((await api.getDownloadUrl(photo?.photoId ?? "", "original")).url)
    expect(original.headers.get("content-type")).toBe("image/jpeg")
    expect(original.headers.get("content-disposition")).toMatch(/^attachment; filename="photo.jpg"/)
    expect((await original.bytes()).length).toBe(polyglot.length)
    for (const { url } of photo?.thumbnails ?? []) {
      const thumbnail = await fetch(url)
      expect(thumbnail.headers.get("content-type")).toBe("image/webp")
      expect(Buffer.from(await thumbnail.bytes()).includes("<script")).toBe(false)
    }
  })

  test("of the good files in ../shared/samples completes in every format", async ({ skip }) => {
    const files = await sampleFiles("good")
    if (!files) return skip("../shared/samples does not exist")
    const { photos } = await uploadAll(await signedInUser(system.edgeUrl), files)
    expect(photos.filter(({ status }) => status !== "COMPLETED")).toEqual([])
  })

  test("of the bad files in ../shared/samples is rejected or fails with a reason per file", async ({
    skip,
  }) => {
    const files = await sampleFiles("bad")
    if (!files) return skip("../shared/samples does not exist")
    const { photos, rejected } = await uploadAll(await signedInUser(system.edgeUrl), files)
    expect(photos.length + rejected.length).toBe(files.length)
    for (const photo of photos)
      expect(photo).toMatchObject({
        status: "FAILED",
        failureReason: expect.any(String),
        failureDetail: expect.any(String),
      })
  })
})
