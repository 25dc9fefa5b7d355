import { z } from "zod"
import { failureReasons } from "../../../domain/failure-reason.ts"
import { isJobId } from "../../../domain/ids.ts"
import { jobStatuses } from "../../../domain/job-status.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { instant } from "../../platform/instant.ts"

export const getUploadJobParams = z.object({ jobId: z.string().refine(isJobId) })

export const uploadJobSnapshot = z.object({
  jobId: z.string(),
  status: z.enum(jobStatuses),
  /** Stop polling when true. */
  terminal: z.boolean(),
  totalCount: z.number().int(),
  completedCount: z.number().int(),
  failedCount: z.number().int(),
  cancelledCount: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  completedAt: instant.nullable(),
  items: z.array(
    z.object({
      photoId: z.string(),
      filename: z.string(),
      status: z.enum(photoStatuses),
      failureReason: z.enum(failureReasons).nullable(),
      failureDetail: z.string().nullable(),
    }),
  ),
})

export type UploadJobSnapshot = z.infer<typeof uploadJobSnapshot>
