import type { PhotoStatus } from "../live/job-status.ts"
import { isFinal } from "./file-record.ts"
import type { FileTable } from "./file-table.ts"
import { abortError } from "./signals.ts"
import type { UploadFailure } from "./upload-types.ts"

/** Applies a status that the server reports to the file. Returns whether the file is completed by it. */
export const applyServerStatus = (files: FileTable, photo: PhotoStatus): boolean => {
  const record = files.byPhoto(photo.photoId)
  // Every poll repeats what is known already.
  if (!record || isFinal(record.state.status)) return false
  const { duplicateOf } = photo
  switch (photo.status) {
    case "PROCESSING":
      files.change(record, { status: "processing" })
      return false
    case "COMPLETED":
      return files.change(record, { status: "completed" })
    case "DUPLICATE":
      files.change(record, { status: "duplicate", duplicateOf })
      break
    case "CANCELLED":
      files.change(record, { status: "cancelled" })
      break
    case "FAILED":
      record.needsNewPhoto = true
      files.change(record, { status: "failed", failure: serverFailure(photo) })
      break
    default:
      return false
  }
  record.controller.abort(abortError("the photo has a final status"))
  return false
}

/** Whether the server failed a photo for a reason on the way to it, and not in the file. */
export const isRetryableReason = (reason: string | null): boolean =>
  ["SIZE_MISMATCH", "CHECKSUM_MISMATCH", "EXPIRED", "PROCESSING_ERROR"].includes(reason ?? "")

const titles: Readonly<Record<string, string>> = {
  UNSUPPORTED_TYPE: "The file type is not supported",
  TYPE_MISMATCH: "The content is of another type",
  CORRUPT: "The file is damaged",
  TOO_LARGE: "The file is too large",
  DIMENSIONS_EXCEEDED: "The picture has too many pixels",
  CHECKSUM_MISMATCH: "The content is not what was hashed",
  INFECTED: "The file contains malware",
  EXPIRED: "The upload took too long",
}

const serverFailure = ({ failureReason, failureDetail }: PhotoStatus): UploadFailure => ({
  code: failureReason ?? "PROCESSING_ERROR",
  title: titles[failureReason ?? ""] ?? "The server could not process the file",
  detail: failureDetail ?? "",
  isRetryable: isRetryableReason(failureReason),
})
