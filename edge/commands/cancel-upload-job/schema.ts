import * as z from "zod"
import { isJobId } from "../../../domain/ids.ts"
import { jobStatuses } from "../../../domain/job-status.ts"

export const cancelUploadJobParams = z.object({ jobId: z.string().refine(isJobId) })

export const cancelUploadJobResponse = z.object({
  jobId: z.string(),
  status: z.enum(jobStatuses),
  /** The photos that this call cancelled. */
  cancelledPhotoIds: z.array(z.string()),
})

export type CancelUploadJobResponse = z.infer<typeof cancelUploadJobResponse>
