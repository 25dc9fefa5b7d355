import type { UploadFileState } from "rapid-photo-upload-sdk"

/** A file of an upload, for tests. */
export const fileState = (change: Partial<UploadFileState> = {}): UploadFileState => ({
  id: "file-1",
  filename: "IMG_1.jpg",
  path: null,
  mimeType: "image/jpeg",
  status: "waiting",
  bytesSent: 0,
  bytesTotal: 1000,
  photoId: null,
  duplicateOf: null,
  sha256: null,
  failure: null,
  thumbnails: [],
  ...change,
})

export const failed = (code: string, change: Partial<UploadFileState> = {}): UploadFileState =>
  fileState({
    status: "failed",
    failure: { code, title: `Title of ${code}`, detail: `Detail of ${code}`, isRetryable: true },
    ...change,
  })
