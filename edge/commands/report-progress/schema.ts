import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"

const tick = z.object({
  photoId: z.string().refine(isPhotoId, "must be the id of a photo"),
  bytesSent: z.number().int().nonnegative(),
  bytesTotal: z.number().int().nonnegative(),
})

/** One report, or those of a whole batch: the rate limit is too low for one request per file of a large batch. */
export const reportProgressRequest = z.union([tick, z.object({ items: z.array(tick).min(1).max(500) })])

export const reportProgressResponse = z.object({
  /** Number of accepted reports. Several may be merged into one write. */
  accepted: z.number().int(),
})

export type ReportProgressResponse = z.infer<typeof reportProgressResponse>
