import type { EventType } from "./events.ts"
import type { JobId, PhotoId, UserId } from "./ids.ts"

/** An event as the outbox holds it. */
export type OutboxEvent = {
  /** Grows; for one job in the order in which its events became true. */
  sequence: number
  eventId: string
  type: EventType
  userId: UserId
  jobId: JobId
  /** Null for events of the job itself. */
  photoId: PhotoId | null
  data: Record<string, unknown>
  occurredAt: Date
}

/** The version of every event's data: it grows when a member changes its meaning or goes. */
export const eventDataVersion = 1

/** A CloudEvent 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). */
export type CloudEvent = {
  specversion: "1.0"
  id: string
  source: string
  /** `rapid-photo-upload.<EventType>.v1` */
  type: string
  /** The photo, or the job where the event is about the whole of it. */
  subject: string
  time: string
  datacontenttype: "application/json"
  /** Extension: whose event it is. */
  userid: UserId
  /** Extension: decimal digits, ordered within a job (https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/sequence.md). */
  sequence: string
  data: { jobId: JobId; photoId?: PhotoId } & Record<string, unknown>
}

/** Puts an event into the envelope in which all sinks get it. */
export const cloudEventOf = (event: OutboxEvent, environment: string): CloudEvent => ({
  specversion: "1.0",
  id: event.eventId,
  source: `urn:rapid-photo-upload:${environment}`,
  type: cloudEventType(event.type),
  subject: event.photoId ?? event.jobId,
  time: event.occurredAt.toISOString(),
  datacontenttype: "application/json",
  userid: event.userId,
  sequence: String(event.sequence),
  data: { jobId: event.jobId, ...(event.photoId !== null && { photoId: event.photoId }), ...event.data },
})

/** The `type` of an event's envelope. */
export const cloudEventType = (type: EventType): string => `rapid-photo-upload.${type}.v${eventDataVersion}`
