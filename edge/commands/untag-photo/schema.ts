import { z } from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { tagLabelOf } from "../../../domain/tag-label.ts"

const label = z.string().transform((text, context) => {
  const read = tagLabelOf(text)
  if (read) return read
  context.addIssue({ code: "custom", message: "no photo has such a label" })
  return z.NEVER
})

export const untagPhotoParams = z.object({ photoId: z.string().refine(isPhotoId), label })

export const untagPhotoResponse = z.object({
  photoId: z.string(),
  /** The labels that are left, in alphabetical order. */
  tags: z.array(z.string()),
})

export type UntagPhotoResponse = z.infer<typeof untagPhotoResponse>
