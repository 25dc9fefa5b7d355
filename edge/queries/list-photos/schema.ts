import * as z from "zod"
import { failureReasons } from "../../../domain/failure-reason.ts"
import { isPhotoId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { linkedThumbnail, storedThumbnail } from "../../clients/object-store/thumbnail-links.ts"
import { instant } from "../../http/instant.ts"
import { pageFacts, pageParameters } from "../../http/page.ts"

/** Local time of capture: cameras seldom say in which zone. A date stands for the whole day. */
const captureTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/, "must be YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS")

export const listPhotosQuery = z.object({
  /** Exactly this tag, in whatever case. */
  tag: z.string().min(1).max(256).optional(),
  /** Part of a filename, a camera or a tag. */
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    // What jsonb can't hold no photo has.
    .refine((text) => !text.includes("\0") && text.isWellFormed(), "must be text")
    .optional(),
  status: z.enum(photoStatuses).optional(),
  takenFrom: captureTime.optional(),
  takenTo: captureTime.optional(),
  ...pageParameters(isPhotoId),
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
  /** Local time of capture. */
  takenAt: z.string().nullable(),
  tags: z.array(z.string()),
  createdAt: instant,
  completedAt: instant.nullable(),
  thumbnails: z.array(storedThumbnail),
})

export const listPhotosResponse = z.object({
  /** The newest first. */
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
