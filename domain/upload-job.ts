import { type FilenameFault, filenameFault } from "./filename.ts"
import type { JobId, PhotoId, UserId } from "./ids.ts"
import { partSizeOf } from "./multipart.ts"
import { isPhotoType, type PhotoType } from "./photo-type.ts"
import { err, ok, type Result } from "./result.ts"

/** A file as a client announces it. */
export type DeclaredFile = {
  filename: string
  mimeType: string
  bytes: number
  sha256?: string | undefined
}

/** A photo that is promised but not here: what its object must look like when it comes. */
export type ExpectedPhoto = {
  photoId: PhotoId
  filename: string
  type: PhotoType
  bytes: number
  /** Lower-case hex, when the client gave one. */
  sha256: string | null
  /** Bytes of each part of its multipart upload but the last; null when it comes in one PUT. */
  partSize: number | null
}

export type PlannedUploadJob = { jobId: JobId; userId: UserId; photos: readonly ExpectedPhoto[] }

/** Why a file can't be part of a job. */
export type FileRefusal =
  | { reason: "filename_refused"; fault: FilenameFault }
  | { reason: "type_refused"; mimeType: string }
  | { reason: "file_empty" }
  | { reason: "file_too_large"; bytes: number; maxBytes: number }

export type RefusedFile = { index: number; refusal: FileRefusal }

export type UploadLimits = {
  /** Largest file, in bytes. */
  maxFileBytes: number
  /** Files above it come in parts of this many bytes. */
  partSize: number
}

/**
 * Turns announced files into a job, or says of every file that can't be taken why: a job is taken whole or
 * not at all, so a client never has to find out which of its files were dropped.
 */
export const planUploadJob = (
  userId: UserId,
  files: readonly DeclaredFile[],
  limits: UploadLimits,
  newId: { job: () => JobId; photo: () => PhotoId },
): Result<PlannedUploadJob, RefusedFile[]> => {
  const photos: ExpectedPhoto[] = []
  const refusals: RefusedFile[] = []
  for (const [index, file] of files.entries()) {
    const type = file.mimeType.toLowerCase()
    const refusal = fileRefusal(file, limits)
    if (refusal) refusals.push({ index, refusal })
    else if (isPhotoType(type)) photos.push(expect(file, type, limits.partSize, newId.photo()))
  }
  return refusals.length > 0 ? err(refusals) : ok({ jobId: newId.job(), userId, photos })
}

/** Why a file can't be taken, or null. */
export const fileRefusal = (
  file: DeclaredFile,
  limits: Pick<UploadLimits, "maxFileBytes">,
): FileRefusal | null => {
  const fault = filenameFault(file.filename)
  if (fault) return { reason: "filename_refused", fault }
  if (!isPhotoType(file.mimeType.toLowerCase())) return { reason: "type_refused", mimeType: file.mimeType }
  if (file.bytes < 1) return { reason: "file_empty" }
  if (file.bytes > limits.maxFileBytes)
    return { reason: "file_too_large", bytes: file.bytes, maxBytes: limits.maxFileBytes }
  return null
}

const expect = (file: DeclaredFile, type: PhotoType, partSize: number, photoId: PhotoId): ExpectedPhoto => ({
  photoId,
  filename: file.filename.normalize("NFC"),
  type,
  bytes: file.bytes,
  sha256: file.sha256?.toLowerCase() ?? null,
  partSize: partSizeOf(file.bytes, partSize),
})
