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
  record.controller.abort(abortError())
  return false
}

/** Whether the server failed a photo for a reason on the way to it, and not in the file. */
export const isRetryableReason = (reason: string | null): boolean =>
  ["SIZE_MISMATCH", "CHECKSUM_MISMATCH", "EXPIRED", "PROCESSING_ERROR"].includes(reason ?? "")

const serverFailure = ({ failureReason, failureDetail }: PhotoStatus): UploadFailure => {
  const code = failureReason ?? "PROCESSING_ERROR"
  return {
    code,
    // "Unsupported type", "Dimensions exceeded"; the server's detail is a sentence.
    title: `${code[0]}${code.slice(1).toLowerCase().replaceAll("_", " ")}`,
    detail: failureDetail ?? "",
    isRetryable: isRetryableReason(failureReason),
  }
}
