import type { PhotoStatus } from "../live/job-status.ts"
import type { FileTable } from "./file-table.ts"
import { abortError } from "./signals.ts"
import type { UploadFailure } from "./upload-types.ts"

/** Applies a status that the server reports to the file. Returns whether the file is completed by it. */
export const applyServerStatus = (files: FileTable, photo: PhotoStatus): boolean => {
  const record = files.byPhoto(photo.photoId)
  if (!record) return false
  switch (photo.status) {
    case "QUEUED":
    case "UPLOADING":
      return false
    case "PROCESSING":
      files.change(record, { status: "processing" })
      return false
    case "COMPLETED":
      return files.change(record, { status: "completed" })
    case "DUPLICATE":
      files.change(record, { status: "duplicate", duplicateOf: photo.duplicateOf })
      break
    case "CANCELLED":
      files.change(record, { status: "cancelled" })
      break
    case "FAILED":
      record.hasFailedOnServer = true
      files.change(record, { status: "failed", failure: serverFailure(photo) })
      break
  }
  record.controller.abort(abortError("the photo has a final status"))
  return false
}

/** Reasons that have to do with the way to the server, and not with the file. */
const retryable: ReadonlySet<string> = new Set([
  "SIZE_MISMATCH",
  "CHECKSUM_MISMATCH",
  "EXPIRED",
  "PROCESSING_ERROR",
])

const titles: Readonly<Record<string, string>> = {
  UNSUPPORTED_TYPE: "The file type is not supported",
  TYPE_MISMATCH: "The content is of another type",
  CORRUPT: "The file is damaged",
  TOO_LARGE: "The file is too large",
  DIMENSIONS_EXCEEDED: "The picture has too many pixels",
  SIZE_MISMATCH: "The size is not the declared one",
  CHECKSUM_MISMATCH: "The content is not what was hashed",
  INFECTED: "The file contains malware",
  EXPIRED: "The upload took too long",
  PROCESSING_ERROR: "The server could not process the file",
}

const serverFailure = ({ failureReason, failureDetail }: PhotoStatus): UploadFailure => {
  const code = failureReason ?? "PROCESSING_ERROR"
  return {
    code,
    title: titles[code] ?? "The server rejected the file",
    detail: failureDetail ?? "",
    isRetryable: retryable.has(code),
  }
}
