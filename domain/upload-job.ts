import type { Checksum } from "./checksum.ts"
import { type FilenameFault, filenameFault } from "./filename.ts"
import { type FolderPathFault, parseFolderPath } from "./folder-path.ts"
import { type JobId, type PhotoId, photoIdAt, type UserId } from "./ids.ts"
import { maxSinglePutBytes, partSizeOf } from "./multipart.ts"
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
  /** The folder of the file, relative to what the user chose. */
  path?: string | undefined
}

/** A photo that is not uploaded yet, with the expected properties of its object. */
export type ExpectedPhoto = {
  photoId: PhotoId
  filename: string
  /** The folder in canonical form, or null. */
  path: string | null
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
  | { reason: "path_invalid"; fault: FolderPathFault }
  | { reason: "type_unsupported"; mimeType: string }
  | { reason: "file_empty" }
  | { reason: "file_too_large"; bytes: number; maxBytes: number }

export type RejectedFile = { index: number; rejection: FileRejection }

export type UploadLimits = {
  /** Largest file, in bytes. */
  maxFileBytes: number
  /** Larger files are uploaded in parts of this many bytes. Null: every file in one PUT. */
  partSize: number | null
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
    const path = parseFolderPath(file.path)
    const rejection = fileRejectionOf(file, limits)
    if (rejection) rejections.push({ index, rejection })
    else if (type && path.ok)
      photos.push({
        photoId: photoIdAt(jobId, index + 1),
        filename: file.filename.normalize("NFC"),
        path: path.value,
        type,
        bytes: file.bytes,
        sha256: file.sha256 ?? null,
        partSize: limits.partSize === null ? null : partSizeOf(file.bytes, limits.partSize),
      })
  }
  return rejections.length > 0 ? err(rejections) : ok({ jobId, userId, photos })
}

/** Returns why a file is rejected, or null. */
export const fileRejectionOf = (file: DeclaredFile, limits: UploadLimits): FileRejection | null => {
  const fault = filenameFault(file.filename)
  if (fault) return { reason: "filename_invalid", fault }
  const path = parseFolderPath(file.path)
  if (!path.ok) return { reason: "path_invalid", fault: path.error }
  if (!photoTypeOf(file.mimeType, file.filename))
    return { reason: "type_unsupported", mimeType: file.mimeType }
  if (file.bytes < 1) return { reason: "file_empty" }
  const maxBytes =
    limits.partSize === null ? Math.min(limits.maxFileBytes, maxSinglePutBytes) : limits.maxFileBytes
  if (file.bytes > maxBytes) return { reason: "file_too_large", bytes: file.bytes, maxBytes }
  return null
}
