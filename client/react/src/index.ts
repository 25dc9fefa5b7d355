export type { UploadFileState, UploadInput, UploadOptions, UploadResult } from "rapid-photo-upload-sdk"
export type { UploadClient, UploadState } from "./upload-session.ts"
export { type UploadControls, useUpload } from "./use-upload.ts"
