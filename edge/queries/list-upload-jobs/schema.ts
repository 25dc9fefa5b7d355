import * as z from "zod"
import { isJobId } from "../../../domain/ids.ts"
import { jobStatuses } from "../../../domain/job-status.ts"
import { instant } from "../../http/instant.ts"
import { listQuery, pageFacts } from "../../http/page.ts"

export const listUploadJobsQuery = listQuery(isJobId, {})

export const storedUploadJobSummary = z.object({
  jobId: z.string(),
  status: z.enum(jobStatuses),
  totalCount: z.number().int(),
  completedCount: z.number().int(),
  failedCount: z.number().int(),
  cancelledCount: z.number().int(),
  duplicateCount: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  completedAt: instant.nullable(),
})

export const listUploadJobsResponse = z.object({
  /** Newest first. */
  items: z.array(
    storedUploadJobSummary.extend({
      terminal: z.boolean(),
      createdAt: z.iso.datetime(),
      updatedAt: z.iso.datetime(),
      completedAt: z.iso.datetime().nullable(),
    }),
  ),
  ...pageFacts,
})

export type ListUploadJobsResponse = z.infer<typeof listUploadJobsResponse>
