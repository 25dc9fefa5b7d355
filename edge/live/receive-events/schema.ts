import * as z from "zod"
import { isJobId, isUserId } from "../../../domain/ids.ts"

/** Maximum number of events in a batch. Limits how many Durable Objects one request calls. */
const maxEvents = 1000

/** The fields that every event needs before it is validated: its user, and the job that defines its order. */
export const eventEnvelope = z.looseObject({
  id: z.string().min(1).max(100),
  userid: z.string().refine(isUserId),
  data: z.looseObject({ jobId: z.string().refine(isJobId) }),
})

export const eventBatch = z.array(z.unknown()).max(maxEvents)

export const failedEvent = z.object({
  /** The CloudEvent's id. */
  id: z.string(),
  reason: z.enum(["INVALID_EVENT", "USER_UNAVAILABLE", "BEHIND_FAILED_EVENT"]),
  detail: z.string(),
})

export type FailedEvent = z.infer<typeof failedEvent>

export const receiveEventsResponse = z.object({
  accepted: z.number().int(),
  /** The events that were not accepted. Send them again later. */
  failed: z.array(failedEvent),
})

export type ReceiveEventsResponse = z.infer<typeof receiveEventsResponse>
