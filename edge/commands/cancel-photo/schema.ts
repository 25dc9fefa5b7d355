import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"

export const cancelPhotoParams = z.object({ photoId: z.string().refine(isPhotoId) })

export const cancelPhotoResponse = z.object({
  photoId: z.string(),
  status: z.enum(photoStatuses),
  /** True when it had ended already and is hidden from now on; its bytes go with the next sweep. */
  isDeleted: z.boolean(),
})

export type CancelPhotoResponse = z.infer<typeof cancelPhotoResponse>
