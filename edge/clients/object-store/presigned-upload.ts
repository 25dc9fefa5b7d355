import * as z from "zod"
import { partCountOf } from "../../../domain/multipart.ts"
import { isPendingPhoto, type PendingPhoto, type PhotoUpload } from "../../../domain/photo.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import type { ObjectStore } from "./object-store.ts"

const common = {
  photoId: z.string(),
  status: z.enum(photoStatuses),
  method: z.literal("PUT"),
  /** Of a DUPLICATE: the photo with the same bytes. */
  duplicateOf: z.string().nullable(),
}

const singlePut = z.object({
  ...common,
  presignedUrl: z.url(),
  /** Send exactly these; a browser adds content-length itself. */
  headers: z.record(z.string(), z.string()),
  expiresAt: z.iso.datetime(),
  multipart: z.null(),
})

const inParts = z.object({
  ...common,
  /** `POST /commands/upload/{photoId}/multipart` returns a URL for every part. */
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

/** A photo whose upload is not pending: it is stored already, is a duplicate, has failed or was cancelled. */
const notPending = z.object({
  ...common,
  presignedUrl: z.null(),
  headers: z.record(z.string(), z.string()),
  expiresAt: z.null(),
  multipart: z.null(),
})

/** How to upload a photo: one presigned PUT, or a multipart upload that the client opens when it starts. */
export const presignedUpload = z.union([singlePut, inParts])

/** An upload, or an item without a URL when the upload is not pending. */
export const uploadItem = z.union([singlePut, inParts, notPending])

export type PresignedUpload = z.infer<typeof presignedUpload>
export type UploadItem = z.infer<typeof uploadItem>

/** Signs the upload of a photo, in process. */
export const presignUpload = async (
  objectStore: ObjectStore,
  { photoId, status, s3Key, partSize, uploadId, type, bytes, sha256 }: PendingPhoto,
): Promise<PresignedUpload> => {
  const item = { photoId, status, method: "PUT", duplicateOf: null } as const
  if (partSize !== null) {
    const multipart = { partSize, partCount: partCountOf(bytes, partSize), uploadId }
    return { ...item, presignedUrl: null, headers: {}, expiresAt: null, multipart }
  }
  const { url, headers, expiresAt } = await objectStore.presignPut({ key: s3Key, type, bytes, sha256 })
  return {
    ...item,
    presignedUrl: url,
    headers,
    expiresAt: expiresAt.toISOString(),
    multipart: null,
  }
}

/** Signs the upload of a photo if it is pending; any other photo gets an item without a URL. */
export const uploadItemOf = async (objectStore: ObjectStore, photo: PhotoUpload): Promise<UploadItem> => {
  if (isPendingPhoto(photo)) return presignUpload(objectStore, photo)
  const { photoId, status } = photo
  const duplicateOf = photo.status === "DUPLICATE" ? photo.duplicateOf : null
  const noUpload = { presignedUrl: null, headers: {}, expiresAt: null, multipart: null }
  return { photoId, status, method: "PUT", duplicateOf, ...noUpload }
}
