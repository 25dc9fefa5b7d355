export type { PhotoMeta } from "./photo-meta.ts"
export { RapidPhotoUpload, type RapidPhotoUploadOptions } from "./plugin.ts"
