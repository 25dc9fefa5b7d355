import { z } from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { maxTagsPerPhoto, tagLabelOf } from "../../../domain/tag-label.ts"

export const tagPhotoParams = z.object({ photoId: z.string().refine(isPhotoId) })

const label = z.string().transform((text, context) => {
  const read = tagLabelOf(text)
  if (read) return read
  context.addIssue({ code: "custom", message: "must be 1 to 64 characters without controls" })
  return z.NEVER
})

export const tagPhotoRequest = z.object({ labels: z.array(label).min(1).max(maxTagsPerPhoto) })

export const photoTagsResponse = z.object({
  photoId: z.string(),
  /** All labels of the photo, in alphabetical order. */
  tags: z.array(z.string()),
})

export type TagPhotoRequest = z.input<typeof tagPhotoRequest>
export type PhotoTagsResponse = z.infer<typeof photoTagsResponse>
