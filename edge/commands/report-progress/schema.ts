import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"

const tick = z.object({
  photoId: z.string().refine(isPhotoId, "must be the id of a photo"),
  bytesSent: z.number().int().nonnegative(),
  bytesTotal: z.number().int().nonnegative(),
})

/** One tick, or those of a whole batch at once: twenty posts a second can't carry a hundred files one by one. */
export const reportProgressRequest = z.union([tick, z.object({ items: z.array(tick).min(1).max(500) })])

export const reportProgressResponse = z.object({
  /** Ticks that were taken; they are best effort and may be written as one. */
  accepted: z.number().int(),
})

export type ReportProgressRequest = z.input<typeof reportProgressRequest>
export type ReportProgressResponse = z.infer<typeof reportProgressResponse>
