import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { label } from "../../http/label.ts"

export const untagPhotoParams = z.object({ photoId: z.string().refine(isPhotoId), label })

export const untagPhotoResponse = z.object({
  photoId: z.string(),
  /** The remaining tags, in alphabetical order. */
  tags: z.array(z.string()),
})

export type UntagPhotoResponse = z.infer<typeof untagPhotoResponse>
