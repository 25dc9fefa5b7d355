import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { presignedUpload } from "../../clients/object-store/presigned-upload.ts"

export const renewUploadParams = z.object({ photoId: z.string().refine(isPhotoId) })

export const renewUploadResponse = presignedUpload

export type RenewUploadResponse = z.infer<typeof renewUploadResponse>
