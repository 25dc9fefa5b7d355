import { describe, expect, test } from "vitest"
import type { Checksum } from "./checksum.ts"
import type { JobId, UserId } from "./ids.ts"
import { type DeclaredFile, planUploadJob } from "./upload-job.ts"

const sha256 = "ab".repeat(32) as Checksum

const userId: UserId = "usr_01J00000000000000000000000"
const jobId: JobId = "job_01J00000000000000000000000"
const photo: DeclaredFile = { filename: "IMG_001.jpg", mimeType: "image/jpeg", bytes: 2_457_811 }
const limits = { maxFileBytes: 10_000_000, partSize: 8_000_000 }

describe("planning an upload job", () => {
  test("plans a photo for every declared file, in the same order, with ids that follow the job's", () => {
    const files = [photo, { ...photo, filename: "IMG_002.png", mimeType: "IMAGE/PNG", sha256, path: "a\\b" }]
    const plan = planUploadJob(jobId, userId, files, limits)
    expect(plan).toEqual({
      ok: true,
      value: {
        jobId,
        userId,
        photos: [
          {
            photoId: "ph_01J00000000000000000000001",
            filename: "IMG_001.jpg",
            path: null,
            type: "image/jpeg",
            bytes: 2_457_811,
            sha256: null,
            partSize: null,
          },
          {
            photoId: "ph_01J00000000000000000000002",
            filename: "IMG_002.png",
            path: "a/b",
            type: "image/png",
            bytes: 2_457_811,
            sha256,
            partSize: null,
          },
        ],
      },
    })
  })

  test("rejects the whole job with the reason for each invalid file", () => {
    const files = [
      photo,
      { ...photo, filename: "../x.jpg" },
      { ...photo, mimeType: "image/svg+xml" },
      { ...photo, bytes: 0 },
      { ...photo, bytes: 10_000_001 },
      { ...photo, path: "../a" },
    ]
    expect(planUploadJob(jobId, userId, files, limits)).toEqual({
      ok: false,
      error: [
        { index: 1, rejection: { reason: "filename_invalid", fault: "characters" } },
        { index: 2, rejection: { reason: "type_unsupported", mimeType: "image/svg+xml" } },
        { index: 3, rejection: { reason: "file_empty" } },
        { index: 4, rejection: { reason: "file_too_large", bytes: 10_000_001, maxBytes: 10_000_000 } },
        { index: 5, rejection: { reason: "path_invalid", fault: "segments" } },
      ],
    })
  })

  test("plans a multipart upload for a file above the part size", () => {
    const plan = planUploadJob(jobId, userId, [{ ...photo, bytes: 8_000_001 }], limits)
    expect(plan.ok && plan.value.photos[0]?.partSize).toBe(8_000_000)
  })

  test("plans one PUT for every file when there is no part size, up to S3's limit for one PUT", () => {
    const single = { maxFileBytes: 2 ** 40, partSize: null }
    const plan = planUploadJob(jobId, userId, [{ ...photo, bytes: 5 * 2 ** 30 }], single)
    expect(plan.ok && plan.value.photos[0]?.partSize).toBeNull()
    expect(planUploadJob(jobId, userId, [{ ...photo, bytes: 5 * 2 ** 30 + 1 }], single)).toMatchObject({
      error: [{ rejection: { reason: "file_too_large", maxBytes: 5 * 2 ** 30 } }],
    })
  })

  test("accepts a file of exactly the maximum size", () => {
    expect(planUploadJob(jobId, userId, [{ ...photo, bytes: 10_000_000 }], limits).ok).toBe(true)
  })
})
