import { describe, expect, test } from "vitest"
import type { JobId, PhotoId, UserId } from "./ids.ts"
import { type DeclaredFile, planUploadJob } from "./upload-job.ts"

const userId: UserId = "usr_01J00000000000000000000000"
const photo: DeclaredFile = { filename: "IMG_001.jpg", mimeType: "image/jpeg", bytes: 2_457_811 }
const limits = { maxFileBytes: 10_000_000, partSize: 8_000_000 }

const counter = () => {
  let next = 0
  return { job: (): JobId => "job_1", photo: (): PhotoId => `ph_${++next}` }
}

describe("planning an upload job", () => {
  test("expects a photo for every announced file, in the same order", () => {
    const files = [
      photo,
      { ...photo, filename: "IMG_002.png", mimeType: "IMAGE/PNG", sha256: "AB".repeat(32) },
    ]
    const plan = planUploadJob(userId, files, limits, counter())
    expect(plan).toEqual({
      ok: true,
      value: {
        jobId: "job_1",
        userId,
        photos: [
          {
            photoId: "ph_1",
            filename: "IMG_001.jpg",
            type: "image/jpeg",
            bytes: 2_457_811,
            sha256: null,
            partSize: null,
          },
          {
            photoId: "ph_2",
            filename: "IMG_002.png",
            type: "image/png",
            bytes: 2_457_811,
            sha256: "ab".repeat(32),
            partSize: null,
          },
        ],
      },
    })
  })

  test("refuses the whole job and says of each bad file why", () => {
    const files = [
      photo,
      { ...photo, filename: "../x.jpg" },
      { ...photo, mimeType: "image/svg+xml" },
      { ...photo, bytes: 0 },
      { ...photo, bytes: 10_000_001 },
    ]
    expect(planUploadJob(userId, files, limits, counter())).toEqual({
      ok: false,
      error: [
        { index: 1, refusal: { reason: "filename_refused", fault: "characters" } },
        { index: 2, refusal: { reason: "type_refused", mimeType: "image/svg+xml" } },
        { index: 3, refusal: { reason: "file_empty" } },
        { index: 4, refusal: { reason: "file_too_large", bytes: 10_000_001, maxBytes: 10_000_000 } },
      ],
    })
  })

  test("expects a file above the part size in parts", () => {
    const plan = planUploadJob(userId, [{ ...photo, bytes: 8_000_001 }], limits, counter())
    expect(plan.ok && plan.value.photos[0]?.partSize).toBe(8_000_000)
  })

  test("takes a file of exactly the largest size", () => {
    expect(planUploadJob(userId, [{ ...photo, bytes: 10_000_000 }], limits, counter()).ok).toBe(true)
  })
})
