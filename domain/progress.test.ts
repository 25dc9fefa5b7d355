import { describe, expect, test } from "vitest"
import { photoStatuses } from "./photo-status.ts"
import { batchProgress, photoProgress } from "./progress.ts"

describe("progress", () => {
  test("is 100 if and only if the status is terminal", () => {
    for (const status of photoStatuses)
      expect(photoProgress(status, 10, 10) === 100).toBe(
        ["COMPLETED", "FAILED", "CANCELLED", "DUPLICATE"].includes(status),
      )
  })

  test("increases with the status of a photo", () => {
    const steps = [
      photoProgress("QUEUED", 0, 10),
      photoProgress("UPLOADING", 3, 10),
      photoProgress("UPLOADING", 10, 10),
      photoProgress("PROCESSING", 10, 10),
      photoProgress("COMPLETED", 10, 10),
    ]
    expect(steps).toEqual([0, 24, 80, 90, 100])
  })

  test("never exceeds the upload's share, regardless of what a client reports", () => {
    expect(photoProgress("UPLOADING", 1_000, 10)).toBe(80)
  })

  test("of a batch is weighted by bytes", () => {
    expect(
      batchProgress([
        { progress: 100, bytes: 300 },
        { progress: 0, bytes: 100 },
      ]),
    ).toBe(75)
  })
})
