import { expect, test } from "vitest"
import { applyServerStatus } from "./server-status.ts"
import { recordOf, tableOf } from "./testing/records.ts"

const photo = {
  photoId: "photo",
  bytesSent: 0,
  failureReason: null,
  failureDetail: null,
  duplicateOf: null,
}

const uploaded = () => {
  const record = recordOf("a")
  const { files } = tableOf([record])
  files.change(record, { photoId: "photo", status: "uploaded" })
  return { record, files }
}

test("COMPLETED is reported once", () => {
  const { record, files } = uploaded()
  expect(applyServerStatus(files, { ...photo, status: "COMPLETED" })).toBe(true)
  expect(applyServerStatus(files, { ...photo, status: "COMPLETED" })).toBe(false)
  expect(record.state.status).toBe("completed")
})

test("QUEUED and UPLOADING, and photos of other uploads, change nothing", () => {
  const { record, files } = uploaded()
  for (const status of ["QUEUED", "UPLOADING"] as const) applyServerStatus(files, { ...photo, status })
  applyServerStatus(files, { ...photo, photoId: "other", status: "FAILED" })
  expect(record.state.status).toBe("uploaded")
})

test.each([
  ["CORRUPT", false],
  ["CHECKSUM_MISMATCH", true],
  ["EXPIRED", true],
] as const)("FAILED with %s ends the file with its reason; retryable: %s", (failureReason, isRetryable) => {
  const { record, files } = uploaded()
  applyServerStatus(files, { ...photo, status: "FAILED", failureReason, failureDetail: "why" })
  expect(record.state).toMatchObject({
    status: "failed",
    failure: {
      code: failureReason,
      title: expect.stringMatching(/^(Corrupt|Checksum mismatch|Expired)$/),
      detail: "why",
      isRetryable,
    },
  })
  expect(record.needsNewPhoto).toBe(true)
  expect(record.controller.signal.aborted).toBe(true)
})

test("DUPLICATE and CANCELLED end the requests of the file", () => {
  for (const status of ["DUPLICATE", "CANCELLED"] as const) {
    const { record, files } = uploaded()
    applyServerStatus(files, { ...photo, status, duplicateOf: "other" })
    expect(record.state.status).toBe(status.toLowerCase())
    expect(record.controller.signal.aborted).toBe(true)
  }
})
