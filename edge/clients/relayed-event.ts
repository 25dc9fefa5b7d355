import * as z from "zod"
import { cloudEventType } from "../../domain/cloud-event.ts"
import { type EventType, eventTypes } from "../../domain/events.ts"
import { failureReasons } from "../../domain/failure-reason.ts"
import { isJobId, isPhotoId, isUserId } from "../../domain/ids.ts"
import { photoStatuses } from "../../domain/photo-status.ts"

const typesByName = new Map(eventTypes.map((type) => [cloudEventType(type), type]))

/** A CloudEvent of the relay, parsed into the fields that the live channel needs. */
export const relayedEvent = z
  .object({
    specversion: z.literal("1.0"),
    id: z.string().min(1).max(100),
    type: z.string(),
    userid: z.string().refine(isUserId),
    sequence: z.string().regex(/^\d{1,18}$/),
    data: z.looseObject({
      jobId: z.string().refine(isJobId),
      photoId: z.string().refine(isPhotoId).optional(),
      status: z.string(),
      failureReason: z.enum(failureReasons).optional(),
      bytesSent: z.number().int().optional(),
    }),
  })
  .transform(({ id, type, userid, sequence, data }, context) => {
    const name: EventType | undefined = typesByName.get(type)
    if (!name) {
      context.addIssue({ code: "custom", message: "is not a known event type" })
      return z.NEVER
    }
    const photoStatus = z.enum(photoStatuses).safeParse(data.status).data
    return {
      eventId: id,
      type: name,
      userId: userid,
      sequence: Number(sequence),
      jobId: data.jobId,
      photo:
        data.photoId && photoStatus
          ? {
              photoId: data.photoId,
              status: photoStatus,
              failureReason: data.failureReason ?? null,
              bytesSent: data.bytesSent ?? 0,
            }
          : null,
    }
  })

export type RelayedEvent = z.infer<typeof relayedEvent>
