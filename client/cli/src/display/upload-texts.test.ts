import type { UploadFileState, UploadResult } from "rapid-photo-upload-sdk"
import { expect, test } from "vitest"
import { fitColumns, printable } from "./printable.ts"
import { durationText, sizeText } from "./size-text.ts"
import { notableText, progressLines, resultText } from "./upload-texts.ts"

const file = (change: Partial<UploadFileState> = {}): UploadFileState => ({
  id: "1",
  filename: "a.jpg",
  path: "trip",
  mimeType: "image/jpeg",
  status: "uploading",
  bytesSent: 50,
  bytesTotal: 100,
  photoId: null,
  duplicateOf: null,
  sha256: null,
  failure: null,
  thumbnails: [],
  ...change,
})

const result = (change: Partial<UploadResult>): UploadResult => ({
  jobIds: [],
  completed: [],
  failed: [],
  duplicates: [],
  cancelled: [],
  tagFailure: null,
  ...change,
})

test("the result says that the originals may be deleted only if every photo is stored", () => {
  expect(resultText(result({ completed: [file(), file()], duplicates: [file()] }))).toBe(
    "All 3 photos are safely stored (1 was stored before). You may delete the originals.",
  )
  expect(resultText(result({ completed: [file()] }))).toBe(
    "The photo is safely stored. You may delete the originals.",
  )
  expect(resultText(result({ completed: [file()], failed: [file()], cancelled: [file()] }))).toBe(
    "1 of 3 photos are safely stored; 1 failed, 1 cancelled. Keep the originals.",
  )
})

test("files that failed, were stored before or cancelled have a line", () => {
  const failure = { code: "corrupt", title: "Damaged", detail: "Export it again.", isRetryable: false }
  expect(notableText(file({ status: "failed", failure }))).toBe(
    "failed     trip/a.jpg: Damaged. Export it again.",
  )
  expect(notableText(file({ status: "duplicate", duplicateOf: "01J" }))).toBe(
    "duplicate  trip/a.jpg is stored already as 01J",
  )
  expect(notableText(file({ status: "cancelled", path: null }))).toBe("cancelled  a.jpg")
  expect(notableText(file({ status: "completed" }))).toBeNull()
})

test("a running upload shows the files that are sent, the rate and the remaining time", () => {
  const counts = {
    waiting: 1,
    hashing: 0,
    uploading: 1,
    uploaded: 1,
    processing: 1,
    completed: 2,
    duplicate: 1,
    failed: 1,
    cancelled: 0,
  }
  const files = [file(), file({ status: "completed" }), file({ status: "waiting" })]
  const progress = {
    counts,
    files,
    bytesSent: 1e6,
    bytesTotal: 2e6,
    bytesPerSecond: 5e5,
    remainingMs: 125_000,
  }
  expect(progressLines(progress, true)).toEqual([
    "  ██████░░░░░░ trip/a.jpg",
    "██████████████░░░░░░░░░░░░░░ 1.0 MB of 2.0 MB · 500 kB/s · 2 min 5 s left",
    "4 of 3 done · 2 processing · 1 failed · paused",
  ])
})

test("sizes and durations are rounded for people", () => {
  expect([0, 999, 1500, 123_456_789, 5e15].map(sizeText)).toEqual([
    "0 B",
    "999 B",
    "1.5 kB",
    "123 MB",
    "5000 TB",
  ])
  expect([400, 59_000, 60_000, 3_700_000].map(durationText)).toEqual([
    "0 s",
    "59 s",
    "1 min 0 s",
    "1 h 1 min",
  ])
})

test("a name cannot control the terminal, and a line fits into its columns", () => {
  expect(printable("a\u001b[31mb\nc\u202ed.jpg")).toBe("ab\ufffdc\ufffdd.jpg")
  expect(fitColumns("abcdef", 6)).toBe("abcdef")
  expect(fitColumns("abcdefg", 6)).toBe("abcde…")
  expect(fitColumns("🏔️🏔️🏔️🏔️", 6)).toBe("🏔️🏔️…")
  expect(fitColumns("写真写真", 8)).toBe("写真写真")
})
