import type { EventType } from "./events.ts"
import type { JobId, PhotoId, UserId } from "./ids.ts"

/** An event in the outbox. */
export type OutboxEvent = {
  /** Increasing. Within a job it follows the order in which the events were committed. */
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

/** The version of the events' data. It is incremented when a member changes its meaning or is removed. */
export const eventDataVersion = 1

/** A CloudEvent 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). */
export type CloudEvent = {
  specversion: "1.0"
  id: string
  source: string
  /** `rapid-photo-upload.<EventType>.v1` */
  type: string
  /** The photo, or the job for events of the job itself. */
  subject: string
  time: string
  datacontenttype: "application/json"
  /** Extension: the owner of the job. */
  userid: UserId
  /** Extension: decimal digits, ordered within a job (https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/sequence.md). */
  sequence: string
  data: { jobId: JobId; photoId?: PhotoId } & Record<string, unknown>
}

/** Wraps an event in the envelope that all sinks receive. */
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

/** Returns the `type` of the CloudEvent. */
export const cloudEventType = (type: EventType): string => `rapid-photo-upload.${type}.v${eventDataVersion}`
