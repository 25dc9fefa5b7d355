import * as z from "zod"
import { failureReasons } from "../../../domain/failure-reason.ts"
import { isPhotoId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { linkedThumbnail, storedThumbnail } from "../../clients/object-store/thumbnail-links.ts"
import { instant } from "../../http/instant.ts"
import { listQuery, pageFacts } from "../../http/page.ts"

const captureTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/, "must be YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS")

export const listPhotosQuery = listQuery(isPhotoId, {
  tag: z.string().min(1).max(256).optional().describe("Photos with exactly this tag, ignoring case."),
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    // PostgreSQL cannot store either, so no photo has them.
    .refine((text) => !text.includes("\0") && text.isWellFormed(), "must be text")
    .optional()
    .describe(
      "Photos whose filename, camera make, camera model or tags contain every word of this text, ignoring case. " +
        "A word of three or more characters is found anywhere in a field, also in the middle of a word. " +
        "A word of one or two characters is found only where a word begins; words are separated by spaces and ASCII punctuation.",
    ),
  status: z.enum(photoStatuses).optional().describe("Photos with this status."),
  takenFrom: captureTime
    .optional()
    .describe("Photos taken at this local time or later: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`."),
  takenTo: captureTime
    .optional()
    .describe("Photos taken at this local time or earlier. A date includes the whole day."),
})

export const storedPhotoSummary = z.object({
  photoId: z.string().refine(isPhotoId),
  jobId: z.string(),
  filename: z.string(),
  mimeType: z.string(),
  bytes: z.number().int(),
  status: z.enum(photoStatuses),
  failureReason: z.enum(failureReasons).nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** Local time of capture; cameras rarely record the zone. */
  takenAt: z.string().nullable(),
  tags: z.array(z.string()),
  createdAt: instant,
  completedAt: instant.nullable(),
  thumbnails: z.array(storedThumbnail),
})

export const listPhotosResponse = z.object({
  /** Newest first. */
  items: z.array(
    storedPhotoSummary.extend({
      createdAt: z.iso.datetime(),
      completedAt: z.iso.datetime().nullable(),
      thumbnails: z.array(linkedThumbnail),
    }),
  ),
  ...pageFacts,
})

export type ListPhotosResponse = z.infer<typeof listPhotosResponse>
