import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"

export const finalizeUploadParams = z.object({ photoId: z.string().refine(isPhotoId) })

export const finalizeUploadResponse = z.object({ photoId: z.string(), status: z.enum(photoStatuses) })

export type FinalizeUploadResponse = z.infer<typeof finalizeUploadResponse>
