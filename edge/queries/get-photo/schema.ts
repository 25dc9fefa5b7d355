import * as z from "zod"
import { failureReasons } from "../../../domain/failure-reason.ts"
import { isPhotoId } from "../../../domain/ids.ts"
import { photoAnomalies } from "../../../domain/image.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { linkedThumbnail, storedThumbnail } from "../../clients/object-store/thumbnail-links.ts"
import { instant } from "../../http/instant.ts"

export const getPhotoParams = z.object({ photoId: z.string().refine(isPhotoId) })

/** A photo as the database returns it. */
export const storedPhoto = z.object({
  photoId: z.string().refine(isPhotoId),
  jobId: z.string(),
  filename: z.string(),
  path: z.string().nullable(),
  mimeType: z.string(),
  bytes: z.number().int(),
  status: z.enum(photoStatuses),
  bytesSent: z.number().int(),
  failureReason: z.enum(failureReasons).nullable(),
  failureDetail: z.string().nullable(),
  duplicateOf: z.string().nullable(),
  eTag: z.string().nullable(),
  /** Hex SHA-256 of the stored bytes; null until they are read. */
  checksum: z.string().nullable(),
  /** Pixels after orientation. */
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** Fields of `PhotoExif`; null until the photo is COMPLETED. */
  exifJson: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
  /** The file is partly damaged, but viewers can show it. */
  isDegraded: z.boolean(),
  /** Other content found in the file, which viewers ignore. Empty until the photo is COMPLETED. */
  anomalies: z.array(z.enum(photoAnomalies)),
  /** ThumbHash of the upright photo, in base64, to show while a thumbnail loads. */
  thumbhash: z.string().nullable(),
  /** What the photo's author wrote into the file (XMP, IPTC); null if the file has none of it. */
  annotations: z
    .object({
      title: z.string().nullable(),
      caption: z.string().nullable(),
      keywords: z.array(z.string()),
      /** Stars. */
      rating: z.number().int().min(0).max(5).nullable(),
      /** Several creators are separated by commas. */
      creator: z.string().nullable(),
    })
    .nullable(),
  tags: z.array(z.string()),
  createdAt: instant,
  completedAt: instant.nullable(),
  thumbnails: z.array(storedThumbnail),
})

/** A photo in API responses. */
export const photoResponse = storedPhoto.extend({
  /** Percent. 100 means that the photo is finished, not only that it was uploaded. */
  progress: z.number().int(),
  createdAt: z.iso.datetime(),
  completedAt: z.iso.datetime().nullable(),
  thumbnails: z.array(linkedThumbnail),
})

export type PhotoResponse = z.infer<typeof photoResponse>
