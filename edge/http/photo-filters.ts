import * as z from "zod"
import type { PhotoFilters } from "../../db/photo-search-sql.ts"
import { photoStatuses } from "../../domain/photo-status.ts"
import { tagLabelOf } from "../../domain/tag-label.ts"

const captureTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/, "must be YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS")

/** The query parameters that filter photos. */
export const photoFilters = {
  tag: z.string().min(1).max(256).optional().describe("Photos with exactly this tag, ignoring case."),
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    // PostgreSQL cannot store either, so no photo has them.
    .refine((text) => !text.includes("\0") && text.isWellFormed(), "must be text")
    .optional()
    .describe(
      "Photos whose filename, path, camera make, camera model, title, caption, keywords or tags contain every word of this text, ignoring case. " +
        "A word of three or more characters is found anywhere in a field, also in the middle of a word. " +
        "A word of one or two characters is found only where a word begins; words are separated by spaces and ASCII punctuation.",
    ),
  status: z
    .enum(photoStatuses)
    .optional()
    .describe(
      "Photos with this status. Photos with the status `DUPLICATE` are returned only if it is given.",
    ),
  takenFrom: captureTime
    .optional()
    .describe("Photos taken at this local time or later: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`."),
  takenTo: captureTime
    .optional()
    .describe("Photos taken at this local time or earlier. A date includes the whole day."),
}

type FilterQuery = z.infer<z.ZodObject<typeof photoFilters>>

/** The filters as statements receive them. */
export const filtersOf = ({ tag, q, status, takenFrom, takenTo }: FilterQuery): PhotoFilters => ({
  // No photo has a tag that is not a valid label.
  tagKey: tag === undefined ? null : (tagLabelOf(tag)?.tagKey ?? ""),
  q: q ?? null,
  status: status ?? null,
  takenFrom: takenFrom ?? null,
  takenTo: takenTo === undefined ? null : endOfDay(takenTo),
})

const endOfDay = (time: string): string => (time.includes("T") ? time : `${time}T23:59:59`)
