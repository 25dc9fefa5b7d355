import type { FileStatus } from "rapid-photo-upload-sdk"

/** What people read for a status. */
export const statusTexts: Record<FileStatus, string> = {
  waiting: "Waiting",
  hashing: "Computing checksum",
  uploading: "Uploading",
  uploaded: "Uploaded, waiting for processing",
  processing: "Processing",
  completed: "Safely stored",
  duplicate: "Already here",
  failed: "Failed",
  cancelled: "Cancelled",
}
