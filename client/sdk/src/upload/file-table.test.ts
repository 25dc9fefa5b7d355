import { describe, expect, test } from "vitest"
import { fileChanged, fileUnreadable } from "./errors.ts"
import { recordOf, tableOf } from "./testing/records.ts"

describe("the table of files", () => {
  test("never moves a file back: a late status of the server is ignored", () => {
    const record = recordOf("a")
    const { files, reported } = tableOf([record])
    expect(files.change(record, { status: "uploaded" })).toBe(true)
    expect(files.change(record, { status: "uploading" })).toBe(false)
    expect(files.change(record, { status: "completed" })).toBe(true)
    expect(files.change(record, { status: "failed", failure: fileChanged })).toBe(false)
    expect(reported.map(({ status }) => status)).toEqual(["uploaded", "completed"])
    expect(files.areAllFinal).toBe(true)
  })

  test("never lets the sent bytes of a file or of all files decrease", () => {
    const [a, b] = [recordOf("a"), recordOf("b")]
    const { files } = tableOf([a, b])
    files.change(a, { status: "uploading", bytesSent: 60 })
    files.change(a, { bytesSent: 10 })
    expect(a.state.bytesSent).toBe(60)
    files.change(a, { bytesSent: 1000 })
    files.change(b, { status: "uploaded" })
    expect(files.progress()).toMatchObject({
      bytesSent: 200,
      bytesTotal: 200,
      counts: { uploaded: 1, uploading: 1 },
    })
  })

  test("measures the rate from what was sent: duplicates and failed files neither speed it up nor remain", () => {
    const [sent, duplicate, failed, waiting] = ["a", "b", "c", "d"].map((id) => recordOf(id, 1000))
    if (!sent || !duplicate || !failed || !waiting) throw new Error("no records")
    const { files, clock } = tableOf([sent, duplicate, failed, waiting])
    expect(files.progress()).toMatchObject({ bytesPerSecond: null, remainingMs: null })
    files.change(duplicate, { status: "duplicate", duplicateOf: "photo" })
    files.change(failed, { status: "failed", failure: fileUnreadable("") })
    files.change(sent, { status: "uploading", bytesSent: 250 })
    clock.ms = 1000
    files.change(sent, { bytesSent: 500 })
    expect(files.progress()).toMatchObject({ bytesPerSecond: 500, remainingMs: 3000 })
    files.resetRate()
    expect(files.progress().bytesPerSecond).toBeNull()
  })

  test("restarts a failed file in its job, and one that needs a new photo without a photo", () => {
    const [a, b] = [recordOf("a"), recordOf("b")]
    const { files } = tableOf([a, b])
    for (const record of [a, b]) {
      record.jobId = "job"
      files.change(record, { photoId: `photo-${record.id}`, sha256: "hash" })
      files.change(record, { status: "failed", failure: fileChanged })
    }
    b.needsNewPhoto = true
    const { controller } = a
    files.restart(a)
    files.restart(b)
    expect(a.state).toMatchObject({ status: "waiting", failure: null, sha256: null, photoId: "photo-a" })
    expect(a.controller).not.toBe(controller)
    expect([a.jobId, b.jobId]).toEqual(["job", null])
    expect(b.state.photoId).toBeNull()
    expect(files.byPhoto("photo-b")).toBeUndefined()
  })

  test("takes over the size of a file that changed", () => {
    const record = recordOf("a", 100)
    const { files } = tableOf([record])
    files.change(record, { status: "uploading", bytesSent: 80 })
    files.replaceSource(record, { ...record.source, bytes: 50 }, "image/png")
    expect(record.state).toMatchObject({ bytesTotal: 50, bytesSent: 50, mimeType: "image/png" })
    expect(files.progress()).toMatchObject({ bytesTotal: 50, bytesSent: 50 })
  })
})
