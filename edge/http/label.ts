import * as z from "zod"
import { tagLabelOf } from "../../domain/tag-label.ts"

/** A tag label, parsed by the rules of the domain. */
export const label = z.string().transform((text, context) => {
  const read = tagLabelOf(text)
  if (read) return read
  context.addIssue({ code: "custom", message: "must be 1 to 64 characters without control characters" })
  return z.NEVER
})
