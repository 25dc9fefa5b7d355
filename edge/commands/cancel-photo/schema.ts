import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"

export const cancelPhotoParams = z.object({ photoId: z.string().refine(isPhotoId) })

export const cancelPhotoResponse = z.object({
  photoId: z.string(),
  status: z.enum(photoStatuses),
  /** True if the photo was finished: it is hidden from now on, and the next sweep removes its objects. */
  isDeleted: z.boolean(),
})

export type CancelPhotoResponse = z.infer<typeof cancelPhotoResponse>
