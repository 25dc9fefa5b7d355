import * as z from "zod"
import { failureReasons } from "../../../domain/failure-reason.ts"
import { isJobId } from "../../../domain/ids.ts"
import { jobStatuses } from "../../../domain/job-status.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { instant } from "../../http/instant.ts"

export const getReceiptParams = z.object({ jobId: z.string().refine(isJobId) })

export const receiptFormats = ["json", "csv", "html"] as const

export type ReceiptFormat = (typeof receiptFormats)[number]

export const getReceiptQuery = z.object({
  format: z
    .enum(receiptFormats)
    .optional()
    .describe("The representation. If absent, the `Accept` header decides; the default is `json`."),
})

const storedItem = z.object({
  photoId: z.string(),
  filename: z.string(),
  path: z.string().nullable(),
  /** Computed from the stored bytes; without stored bytes the declared one. */
  sha256: z.string().nullable(),
  bytes: z.number().int(),
  outcome: z.enum(photoStatuses),
  duplicateOf: z.string().nullable(),
  /** Whether the bytes are stored now: under this photo, or under the one that it duplicates. */
  isStored: z.boolean(),
  failureReason: z.enum(failureReasons).nullable(),
  failureDetail: z.string().nullable(),
  createdAt: instant,
  completedAt: instant.nullable(),
  deletedAt: instant.nullable(),
})

/** A finished job as the database returns it. */
export const storedReceipt = z.object({
  jobId: z.string(),
  jobStatus: z.enum(jobStatuses),
  createdAt: instant,
  completedAt: instant.nullable(),
  /** In the order of the files. */
  items: z.array(storedItem),
})

const count = z.number().int()
const time = z.iso.datetime()

/** What a receipt states. Its JSON text is the payload of the signature, so members keep their order. */
export const receiptManifest = z.object({
  /** Of this format. */
  version: z.literal(1),
  issuer: z.string(),
  userId: z.string(),
  jobId: z.string(),
  jobStatus: z.enum(jobStatuses),
  createdAt: time,
  completedAt: time.nullable(),
  counts: z.object({
    total: count,
    completed: count,
    duplicate: count,
    failed: count,
    cancelled: count,
    /** Photos that were deleted after they were finished. They also count by their status. */
    deleted: count,
  }),
  /** Whether the bytes of every file are stored, so that the originals may be deleted. */
  isSafe: z.boolean(),
  items: z.array(
    storedItem.omit({ failureReason: true, failureDetail: true }).extend({
      reason: z.object({ code: z.enum(failureReasons), detail: z.string().nullable() }).nullable(),
      createdAt: time,
      completedAt: time.nullable(),
      /** When the photo was deleted: its bytes are no longer stored. */
      deletedAt: time.nullable(),
    }),
  ),
})

export const receiptResponse = z.object({
  manifest: receiptManifest,
  /** SHA-256 of the signed bytes, in hex. The other representations contain it too. */
  manifestSha256: z.string(),
  /** A compact JWS (RFC 7515) with `typ: receipt+jws`. Its payload is the manifest. */
  jws: z.string(),
})

export type StoredReceipt = z.infer<typeof storedReceipt>
export type ReceiptManifest = z.infer<typeof receiptManifest>
export type ReceiptResponse = z.infer<typeof receiptResponse>
