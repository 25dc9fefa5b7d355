import type { UploadFileState, UploadResult } from "rapid-photo-upload-sdk"
import { expect, test } from "vitest"
import { failed, fileState } from "./testing/file-state.ts"
import { verdictOf } from "./verdict.ts"

const completed = (photoId: string): UploadFileState => fileState({ status: "completed", photoId })
const duplicate = (photoId: string): UploadFileState =>
  fileState({ status: "duplicate", photoId, duplicateOf: "ph_0" })

const resultOf = (lists: Partial<UploadResult>): UploadResult => ({
  jobIds: ["job_1"],
  completed: [],
  failed: [],
  duplicates: [],
  cancelled: [],
  tagFailure: null,
  ...lists,
})

const receiptOf = (items: Record<string, boolean>) => ({
  items: Object.entries(items).map(([photoId, isStored]) => ({ photoId, isStored })),
})

test("all photos are safe when the receipt says so, duplicates included", () => {
  const result = resultOf({ completed: [completed("ph_1")], duplicates: [duplicate("ph_2")] })
  expect(verdictOf(result, [receiptOf({ ph_1: true, ph_2: true })])).toEqual({
    kind: "safe",
    count: 2,
    duplicates: 1,
  })
})

test("there is no verdict without every receipt", () => {
  const result = resultOf({ jobIds: ["job_1", "job_2"], completed: [completed("ph_1"), completed("ph_2")] })
  expect(verdictOf(result, [receiptOf({ ph_1: true }), null])).toEqual({ kind: "unknown" })
})

test("photos that were not sent are named although their job has no receipt yet", () => {
  const result = resultOf({ completed: [completed("ph_1")], failed: [failed("storage-error")] })
  expect(verdictOf(result, [null])).toEqual({
    kind: "partial",
    stored: null,
    notStored: [{ filename: "IMG_1.jpg", reason: "Title of storage-error" }],
  })
})

test("a photo that the receipt does not confirm is not safe, whatever the upload reported", () => {
  const result = resultOf({
    completed: [completed("ph_1"), completed("ph_2")],
    duplicates: [duplicate("ph_3")],
  })
  const verdict = verdictOf(result, [receiptOf({ ph_1: true, ph_3: false })])
  expect(verdict).toMatchObject({ kind: "partial", stored: 1 })
  expect(verdict.kind === "partial" && verdict.notStored.length).toBe(2)
})

test("failed and cancelled files are named with their reason", () => {
  const result = resultOf({
    completed: [completed("ph_1")],
    failed: [failed("CORRUPT", { filename: "bad.jpg" })],
    cancelled: [fileState({ status: "cancelled", filename: "no.jpg" })],
  })
  expect(verdictOf(result, [receiptOf({ ph_1: true })])).toEqual({
    kind: "partial",
    stored: 1,
    notStored: [
      { filename: "bad.jpg", reason: "Title of CORRUPT" },
      { filename: "no.jpg", reason: "Cancelled" },
    ],
  })
})

test("a file that failed and was stored by a retry as another photo is safe", () => {
  const result = resultOf({ jobIds: ["job_1", "job_2"], completed: [completed("ph_2")] })
  const receipts = [receiptOf({ ph_1: false }), receiptOf({ ph_2: true })]
  expect(verdictOf(result, receipts)).toEqual({ kind: "safe", count: 1, duplicates: 0 })
})

test("an upload that stored nothing and failed nowhere has nothing to confirm", () => {
  expect(verdictOf(resultOf({ jobIds: [], cancelled: [fileState()] }), [])).toMatchObject({
    kind: "partial",
    stored: 0,
  })
})
