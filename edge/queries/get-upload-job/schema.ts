import * as z from "zod"
import { failureReasons } from "../../../domain/failure-reason.ts"
import { isJobId } from "../../../domain/ids.ts"
import { jobStatuses } from "../../../domain/job-status.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { instant } from "../../http/instant.ts"

export const getUploadJobParams = z.object({ jobId: z.string().refine(isJobId) })

const storedItem = z.object({
  photoId: z.string(),
  filename: z.string(),
  path: z.string().nullable(),
  status: z.enum(photoStatuses),
  bytes: z.number().int(),
  bytesSent: z.number().int(),
  failureReason: z.enum(failureReasons).nullable(),
  failureDetail: z.string().nullable(),
  duplicateOf: z.string().nullable(),
})

/** A job as the database returns it. */
export const storedUploadJob = z.object({
  jobId: z.string(),
  status: z.enum(jobStatuses),
  totalCount: z.number().int(),
  completedCount: z.number().int(),
  failedCount: z.number().int(),
  cancelledCount: z.number().int(),
  /** Photos that are not uploaded, because another photo has the same bytes. They are not failures. */
  duplicateCount: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  completedAt: instant.nullable(),
  /** Deleted photos are not listed as items, but their bytes count. */
  photos: z.array(storedItem.extend({ isDeleted: z.boolean() })),
})

export const uploadJobSnapshot = storedUploadJob.omit({ photos: true }).extend({
  /** Stop polling when true. */
  terminal: z.boolean(),
  /** Percent, weighted by bytes. 100 means that every photo is finished. */
  progress: z.number().int(),
  bytesTotal: z.number().int(),
  bytesSent: z.number().int(),
  /** Milliseconds to wait before the next poll; null when the job is finished. */
  pollAfterMs: z.number().int().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  completedAt: z.iso.datetime().nullable(),
  items: z.array(
    storedItem.extend({
      /** Percent. 100 means that the photo is finished. */
      progress: z.number().int(),
    }),
  ),
})

export type StoredUploadJob = z.infer<typeof storedUploadJob>
export type UploadJobSnapshot = z.infer<typeof uploadJobSnapshot>
