import { z } from "zod"
import { cloudEventType, eventDataVersion } from "../domain/cloud-event.ts"
import type { EventType } from "../domain/events.ts"
import { failureReasons } from "../domain/failure-reason.ts"
import { isJobId, isPhotoId, isUserId } from "../domain/ids.ts"
import { jobStatuses } from "../domain/job-status.ts"
import type { photoStatuses } from "../domain/photo-status.ts"

const jobId = z.string().refine(isJobId).describe("The job.")
const photoId = z.string().refine(isPhotoId).describe("The photo.")

const photoData = (status: (typeof photoStatuses)[number]) =>
  z.object({
    jobId,
    photoId,
    status: z.literal(status).describe("What the photo is from now on."),
    bytes: z.number().int().describe("Announced size of the file."),
    bytesSent: z
      .number()
      .int()
      .optional()
      .describe(
        "Bytes sent: as reported by the client, and all of them once the object is stored. Never falls.",
      ),
  })

const counts = {
  totalCount: z.number().int(),
  completedCount: z.number().int(),
  failedCount: z.number().int(),
  cancelledCount: z.number().int(),
}

/** The data of every event, by type, and when it is told. The tests hold what is really written against it. */
export const eventPayloads = {
  UploadJobCreated: {
    when: "A job was created.",
    data: z.object({ jobId, status: z.literal("QUEUED"), totalCount: z.number().int() }),
  },
  PhotoQueued: { when: "A photo was announced and waits for its bytes.", data: photoData("QUEUED") },
  PhotoUploadStarted: { when: "A client first said that it sends.", data: photoData("UPLOADING") },
  PhotoUploadCompleted: { when: "The bytes lie in S3.", data: photoData("PROCESSING") },
  PhotoProcessingCompleted: {
    when: "The photo was verified; metadata and thumbnails are there.",
    data: photoData("COMPLETED"),
  },
  PhotoFailed: {
    when: "The photo could not be taken, and why.",
    data: photoData("FAILED").extend({ failureReason: z.enum(failureReasons) }),
  },
  PhotoCancelled: { when: "Its owner cancelled the upload.", data: photoData("CANCELLED") },
  PhotoDeleted: {
    when: "Its owner deleted a photo that had ended; its objects go with the next sweep.",
    data: z.object({ jobId, photoId, status: z.enum(["COMPLETED", "FAILED"]) }),
  },
  PhotoReprocessing: {
    when: "An operator took up a photo that had failed.",
    data: photoData("PROCESSING"),
  },
  UploadJobReopened: {
    when: "With such a photo its job, which had ended, goes on.",
    data: z.object({ jobId, status: z.literal("IN_PROGRESS"), ...counts }),
  },
  UploadJobCompleted: {
    when: "The last photo of the job ended, whatever the outcome.",
    data: z.object({ jobId, status: z.enum(jobStatuses), ...counts }),
  },
} as const satisfies Record<EventType, { when: string; data: z.ZodObject }>

/** The whole envelope of an event. */
export const eventSchema = (type: EventType) =>
  z.object({
    specversion: z.literal("1.0"),
    id: z.string().regex(/^evt_/).describe("The same however often the event is delivered."),
    source: z.string(),
    type: z.literal(cloudEventType(type)),
    subject: z.string().describe("The photo, or the job where the event is about the whole of it."),
    time: z.iso.datetime(),
    datacontenttype: z.literal("application/json"),
    userid: z.string().refine(isUserId),
    sequence: z.string().regex(/^\d+$/).describe("Orders the events of one job."),
    data: eventPayloads[type].data,
  })

/** The file of an event's JSON Schema. */
export const schemaFile = (type: EventType): string => `${type}.v${eventDataVersion}.json`
