import * as z from "zod"
import { failureReasons } from "../../domain/failure-reason.ts"
import { jobStatuses } from "../../domain/job-status.ts"
import { photoStatuses } from "../../domain/photo-status.ts"

/** The state of the whole batch: the same numbers as in `GET /queries/upload-jobs/{jobId}`. */
export const liveJob = z.object({
  jobId: z.string(),
  status: z.enum(jobStatuses),
  /** If true, the job does not change anymore. */
  terminal: z.boolean(),
  progress: z.number().int(),
  totalCount: z.number().int(),
  completedCount: z.number().int(),
  failedCount: z.number().int(),
  cancelledCount: z.number().int(),
  duplicateCount: z.number().int(),
  bytesTotal: z.number().int(),
  bytesSent: z.number().int(),
})

export const livePhoto = z.object({
  photoId: z.string(),
  status: z.enum(photoStatuses),
  progress: z.number().int(),
  failureReason: z.enum(failureReasons).nullable(),
})

/** A message over SSE (`event:` is the type) and, as one line of JSON with its `id`, over WebSocket. */
export const liveMessage = z.discriminatedUnion("type", [
  /** First on a job's channel: the current state of the job and all its photos. */
  z.object({ type: z.literal("snapshot"), jobId: z.string(), job: liveJob, photos: z.array(livePhoto) }),
  /** A photo changed status (with an id), or its upload advanced (without an id). */
  z.object({ type: z.literal("photo"), jobId: z.string(), job: liveJob, ...livePhoto.shape }),
  z.object({ type: z.literal("job"), jobId: z.string(), job: liveJob }),
  /** Missed messages are no longer stored: read the current state from the query API and stay connected. */
  z.object({ type: z.literal("reset"), reason: z.string() }),
  /** Over WebSocket: the response to the text `ping`. */
  z.object({ type: z.literal("pong") }),
  /** The last message: why the channel closes. Reconnect with the last id. */
  z.object({ type: z.literal("closed"), reason: z.string() }),
])

export type LiveJob = z.infer<typeof liveJob>
export type LivePhoto = z.infer<typeof livePhoto>
export type LiveMessage = z.infer<typeof liveMessage>
