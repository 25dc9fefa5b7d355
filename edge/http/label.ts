import * as z from "zod"
import { tagLabelOf } from "../../domain/tag-label.ts"

/** A tag's label, read as the domain reads it. */
export const label = z.string().transform((text, context) => {
  const read = tagLabelOf(text)
  if (read) return read
  context.addIssue({ code: "custom", message: "must be 1 to 64 characters without controls" })
  return z.NEVER
})
