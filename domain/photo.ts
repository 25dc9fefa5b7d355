import type { PhotoId } from "./ids.ts"
import type { Thumbnail } from "./image.ts"
import { isUploadPending, type PendingStatus, type PhotoStatus } from "./photo-status.ts"
import type { ExpectedPhoto } from "./upload-job.ts"

/** A photo that is not uploaded yet. Only this one has an upload, so URLs are signed only for these. */
export type PendingPhoto = Omit<ExpectedPhoto, "filename" | "path"> & {
  status: PendingStatus
  s3Key: string
  /** The multipart upload; null until the client opens one. */
  uploadId: string | null
}

/** A verified photo. Only this one can be downloaded. */
type CompletedPhoto = {
  status: "COMPLETED"
  filename: string
  mimeType: string
  s3Key: string
  thumbnails: readonly Thumbnail[]
  /** Increases with every change of the photo. */
  version: number
}

type PhotoIn<Status extends PhotoStatus> = { status: Status }

/** The upload of a photo, by its state: what is needed to sign a URL exists only while it is pending. */
export type PhotoUpload =
  | PendingPhoto
  | (Pick<PendingPhoto, "photoId"> & PhotoIn<Exclude<PhotoStatus, PendingStatus | "DUPLICATE">>)
  | (Pick<PendingPhoto, "photoId"> & PhotoIn<"DUPLICATE"> & { duplicateOf: PhotoId })

/** The download of a photo, by its state: there is something to download only when it is COMPLETED. */
export type PhotoDownload = CompletedPhoto | PhotoIn<Exclude<PhotoStatus, "COMPLETED">>

/** Whether the photo is not uploaded yet. */
export const isPendingPhoto = (photo: PhotoUpload): photo is PendingPhoto => isUploadPending(photo.status)
