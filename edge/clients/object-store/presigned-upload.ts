import * as z from "zod"
import { partCountOf } from "../../../domain/multipart.ts"
import type { ObjectStore } from "./object-store.ts"
import type { PendingPhoto } from "./pending-photo.ts"

const singlePut = z.object({
  photoId: z.string(),
  method: z.literal("PUT"),
  presignedUrl: z.url(),
  /** Send exactly these; a browser adds content-length itself. */
  headers: z.record(z.string(), z.string()),
  expiresAt: z.iso.datetime(),
  multipart: z.null(),
})

const inParts = z.object({
  photoId: z.string(),
  method: z.literal("PUT"),
  /** `POST /commands/upload/{photoId}/multipart` gives a URL for every part. */
  presignedUrl: z.null(),
  headers: z.record(z.string(), z.string()),
  expiresAt: z.null(),
  multipart: z.object({
    /** Bytes of every part but the last. */
    partSize: z.number().int(),
    partCount: z.number().int(),
    /** Null until the upload is opened. */
    uploadId: z.string().nullable(),
  }),
})

/** How a photo is brought to S3: one presigned PUT, or a multipart upload that is opened when its turn comes. */
export const presignedUpload = z.union([singlePut, inParts])

export type PresignedUpload = z.infer<typeof presignedUpload>

/** Signs the upload of a photo, in process. */
export const presignUpload = async (
  objectStore: ObjectStore,
  { photoId, s3Key, partSize, uploadId, ...expected }: PendingPhoto,
): Promise<PresignedUpload> => {
  if (partSize !== null) {
    const multipart = { partSize, partCount: partCountOf(expected.bytes, partSize), uploadId }
    return { photoId, method: "PUT", presignedUrl: null, headers: {}, expiresAt: null, multipart }
  }
  const { method, url, headers, expiresAt } = await objectStore.presignPut({ key: s3Key, ...expected })
  return {
    photoId,
    method,
    presignedUrl: url,
    headers,
    expiresAt: expiresAt.toISOString(),
    multipart: null,
  }
}
