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
    status: z.literal(status).describe("Status of the photo after the event."),
    bytes: z.number().int().describe("Declared size of the file."),
    bytesSent: z
      .number()
      .int()
      .optional()
      .describe(
        "Bytes sent, as reported by the client. Equal to `bytes` when the object is stored. Never decreases.",
      ),
  })

const counts = {
  totalCount: z.number().int(),
  completedCount: z.number().int(),
  failedCount: z.number().int(),
  cancelledCount: z.number().int(),
  duplicateCount: z.number().int(),
}

/** The data of every event, and when it is published. Tests compare the written events with these schemas. */
export const eventPayloads = {
  UploadJobCreated: {
    when: "A job was created.",
    data: z.object({ jobId, status: z.enum(jobStatuses), totalCount: z.number().int() }),
  },
  PhotoQueued: { when: "A photo was declared and is not uploaded yet.", data: photoData("QUEUED") },
  PhotoUploadStarted: {
    when: "A client reported the first progress of an upload.",
    data: photoData("UPLOADING"),
  },
  PhotoUploadCompleted: { when: "The file is stored in S3.", data: photoData("PROCESSING") },
  PhotoProcessingCompleted: {
    when: "The photo was verified; its metadata and thumbnails are available.",
    data: photoData("COMPLETED"),
  },
  PhotoFailed: {
    when: "The photo was rejected, or its processing failed.",
    data: photoData("FAILED").extend({ failureReason: z.enum(failureReasons) }),
  },
  PhotoCancelled: { when: "The owner cancelled the upload.", data: photoData("CANCELLED") },
  PhotoDuplicateFound: {
    when: "The file has the same bytes as another photo of the user and need not be uploaded.",
    data: photoData("DUPLICATE").extend({
      duplicateOf: z.string().refine(isPhotoId).describe("The photo with the same bytes."),
    }),
  },
  PhotoRequeued: {
    when: "The photo that a duplicate repeats failed or was cancelled: the duplicate waits for its upload again.",
    data: photoData("QUEUED"),
  },
  PhotoDeleted: {
    when: "The owner deleted the photo. The next sweep removes its objects.",
    data: z.object({ jobId, photoId, status: z.enum(["COMPLETED", "FAILED", "DUPLICATE"]) }),
  },
  PhotoReprocessing: {
    when: "A failed photo is processed again.",
    data: photoData("PROCESSING"),
  },
  UploadJobReopened: {
    when: "A finished job continues because one of its photos is processed again.",
    data: z.object({ jobId, status: z.literal("IN_PROGRESS"), ...counts }),
  },
  UploadJobCompleted: {
    when: "Every photo of the job has a final status.",
    data: z.object({ jobId, status: z.enum(jobStatuses), ...counts }),
  },
} as const satisfies Record<EventType, { when: string; data: z.ZodObject }>

/** The complete CloudEvent of an event type. */
export const eventSchema = (type: EventType) =>
  z.object({
    specversion: z.literal("1.0"),
    id: z.string().regex(/^evt_/).describe("The same for every delivery of the event."),
    source: z.string(),
    type: z.literal(cloudEventType(type)),
    subject: z.string().describe("Id of the photo, or of the job for events about the whole job."),
    time: z.iso.datetime(),
    datacontenttype: z.literal("application/json"),
    userid: z.string().refine(isUserId),
    sequence: z.string().regex(/^\d+$/).describe("Orders the events of one job."),
    data: eventPayloads[type].data,
  })

/** File name of an event's JSON Schema. */
export const schemaFile = (type: EventType): string => `${type}.v${eventDataVersion}.json`
