import type { Checksum } from "./checksum.ts"
import { type FilenameFault, filenameFault } from "./filename.ts"
import { type JobId, type PhotoId, photoIdAt, type UserId } from "./ids.ts"
import { partSizeOf } from "./multipart.ts"
import { type PhotoType, photoTypeOf } from "./photo-type.ts"
import { err, ok, type Result } from "./result.ts"

/** Maximum number of photos in a job. */
export const maxPhotosPerJob = 500

/** A file as a client declares it. */
export type DeclaredFile = {
  filename: string
  mimeType: string
  bytes: number
  sha256?: Checksum | undefined
}

/** A photo that is not uploaded yet, with the expected properties of its object. */
export type ExpectedPhoto = {
  photoId: PhotoId
  filename: string
  type: PhotoType
  bytes: number
  /** Null when the client sent none. */
  sha256: Checksum | null
  /** Bytes of each part of the multipart upload except the last; null when the photo is uploaded in one PUT. */
  partSize: number | null
}

export type PlannedUploadJob = { jobId: JobId; userId: UserId; photos: readonly ExpectedPhoto[] }

/** Why a file cannot be added to a job. */
export type FileRejection =
  | { reason: "filename_invalid"; fault: FilenameFault }
  | { reason: "type_unsupported"; mimeType: string }
  | { reason: "file_empty" }
  | { reason: "file_too_large"; bytes: number; maxBytes: number }

export type RejectedFile = { index: number; rejection: FileRejection }

export type UploadLimits = {
  /** Largest file, in bytes. */
  maxFileBytes: number
  /** Larger files are uploaded in parts of this many bytes. */
  partSize: number
}

/**
 * Plans a job of the declared files, or returns the reason for each invalid file. A job is created with all of its
 * files or not at all, so that clients need not check which files are missing.
 */
export const planUploadJob = (
  jobId: JobId,
  userId: UserId,
  files: readonly DeclaredFile[],
  limits: UploadLimits,
): Result<PlannedUploadJob, RejectedFile[]> => {
  const photos: ExpectedPhoto[] = []
  const rejections: RejectedFile[] = []
  for (const [index, file] of files.entries()) {
    const type = photoTypeOf(file.mimeType, file.filename)
    const rejection = fileRejectionOf(file, limits)
    if (rejection) rejections.push({ index, rejection })
    else if (type) photos.push(toExpectedPhoto(file, type, limits.partSize, photoIdAt(jobId, index + 1)))
  }
  return rejections.length > 0 ? err(rejections) : ok({ jobId, userId, photos })
}

/** Returns why a file is rejected, or null. */
export const fileRejectionOf = (
  file: DeclaredFile,
  limits: Pick<UploadLimits, "maxFileBytes">,
): FileRejection | null => {
  const fault = filenameFault(file.filename)
  if (fault) return { reason: "filename_invalid", fault }
  if (!photoTypeOf(file.mimeType, file.filename))
    return { reason: "type_unsupported", mimeType: file.mimeType }
  if (file.bytes < 1) return { reason: "file_empty" }
  if (file.bytes > limits.maxFileBytes)
    return { reason: "file_too_large", bytes: file.bytes, maxBytes: limits.maxFileBytes }
  return null
}

const toExpectedPhoto = (
  file: DeclaredFile,
  type: PhotoType,
  partSize: number,
  photoId: PhotoId,
): ExpectedPhoto => ({
  photoId,
  filename: file.filename.normalize("NFC"),
  type,
  bytes: file.bytes,
  sha256: file.sha256 ?? null,
  partSize: partSizeOf(file.bytes, partSize),
})
