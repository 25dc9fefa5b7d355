import * as z from "zod"
import { photoFilters } from "../../http/photo-filters.ts"

export const listPhotoMonthsQuery = z.object(photoFilters)

export const listPhotoMonthsResponse = z.object({
  /** Newest first. Months without photos are left out. */
  items: z.array(
    z.object({
      /** `YYYY-MM` */
      month: z.string(),
      count: z.number().int(),
    }),
  ),
})

export type ListPhotoMonthsResponse = z.infer<typeof listPhotoMonthsResponse>
