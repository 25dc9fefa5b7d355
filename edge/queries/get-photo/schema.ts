import { z } from "zod"
import { failureReasons } from "../../../domain/failure-reason.ts"
import { isPhotoId } from "../../../domain/ids.ts"
import { thumbnailVariants } from "../../../domain/image.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { instant } from "../../platform/instant.ts"

export const getPhotoParams = z.object({ photoId: z.string().refine(isPhotoId) })

const thumbnail = z.object({
  variant: z.literal(thumbnailVariants),
  width: z.number(),
  height: z.number(),
  bytes: z.number(),
})

/** A photo as the database tells it. */
export const storedPhoto = z.object({
  photoId: z.string().refine(isPhotoId),
  jobId: z.string(),
  filename: z.string(),
  mimeType: z.string(),
  bytes: z.number().int(),
  status: z.enum(photoStatuses),
  failureReason: z.enum(failureReasons).nullable(),
  failureDetail: z.string().nullable(),
  eTag: z.string().nullable(),
  /** Hex SHA-256 of the stored bytes, once they were read. */
  checksum: z.string().nullable(),
  /** Pixels after orientation. */
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** Fields of `PhotoExif`; null until the photo is COMPLETED. */
  exifJson: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
  /** Something in the file is broken, though every viewer shows it. */
  isDegraded: z.boolean(),
  createdAt: instant,
  completedAt: instant.nullable(),
  thumbnails: z.array(thumbnail),
})

/** A photo as callers get it: each thumbnail with a GET that needs no credentials until `expiresAt`. */
export const photoResponse = storedPhoto.extend({
  thumbnails: z.array(thumbnail.extend({ url: z.url(), expiresAt: z.iso.datetime() })),
})

export type PhotoResponse = z.infer<typeof photoResponse>
