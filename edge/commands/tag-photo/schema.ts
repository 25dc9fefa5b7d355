import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { maxTagsPerPhoto } from "../../../domain/tag-label.ts"
import { label } from "../../http/label.ts"

export const tagPhotoParams = z.object({ photoId: z.string().refine(isPhotoId) })

export const tagPhotoRequest = z.object({ labels: z.array(label).min(1).max(maxTagsPerPhoto) })

export const photoTagsResponse = z.object({
  photoId: z.string(),
  /** All tags of the photo, in alphabetical order. */
  tags: z.array(z.string()),
})

export type PhotoTagsResponse = z.infer<typeof photoTagsResponse>
