import * as z from "zod"
import { failureReasons } from "../../domain/failure-reason.ts"
import { jobStatuses } from "../../domain/job-status.ts"
import { photoStatuses } from "../../domain/photo-status.ts"

/** How the whole batch stands: the same numbers as `GET /queries/upload-jobs/{jobId}`. */
export const liveJob = z.object({
  jobId: z.string(),
  status: z.enum(jobStatuses),
  /** Nothing more will come of this job when true. */
  terminal: z.boolean(),
  progress: z.number().int(),
  totalCount: z.number().int(),
  completedCount: z.number().int(),
  failedCount: z.number().int(),
  cancelledCount: z.number().int(),
  bytesTotal: z.number().int(),
  bytesSent: z.number().int(),
})

export const livePhoto = z.object({
  photoId: z.string(),
  status: z.enum(photoStatuses),
  progress: z.number().int(),
  failureReason: z.enum(failureReasons).nullable(),
})

/** What comes over SSE (`event:` is the type) and, as JSON with its `id`, one a line, over WebSocket. */
export const liveMessage = z.discriminatedUnion("type", [
  /** First on a job's channel: everything as it is now. */
  z.object({ type: z.literal("snapshot"), jobId: z.string(), job: liveJob, photos: z.array(livePhoto) }),
  /** A photo or the job entered a status (with an id), or a photo's upload went on (without). */
  z.object({ type: z.literal("photo"), jobId: z.string(), job: liveJob, ...livePhoto.shape }),
  z.object({ type: z.literal("job"), jobId: z.string(), job: liveJob }),
  /** What the client missed is not kept any more: ask the query API, then go on listening. */
  z.object({ type: z.literal("reset"), reason: z.string() }),
  /** The last word: why the channel closes. Come back with the last id. */
  z.object({ type: z.literal("closed"), reason: z.string() }),
])

export type LiveJob = z.infer<typeof liveJob>
export type LivePhoto = z.infer<typeof livePhoto>
export type LiveMessage = z.infer<typeof liveMessage>
