import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { instant } from "../../http/instant.ts"

export const getPhotoTimelineParams = z.object({ photoId: z.string().refine(isPhotoId) })

/** An entry as the database tells it. */
export const storedEntry = z.object({
  at: instant,
  kind: z.string(),
  data: z.object({
    attempt: z.number().int().optional(),
    reason: z.string().optional(),
    detail: z.string().optional(),
  }),
})

export const photoTimelineResponse = z.object({
  photoId: z.string(),
  /** In the order in which it happened. */
  entries: z.array(
    z.object({
      at: z.iso.datetime(),
      /** For programs. */
      kind: z.string(),
      /** For the person whose photo it is. */
      text: z.string(),
    }),
  ),
})

export type StoredEntry = z.infer<typeof storedEntry>
export type PhotoTimelineResponse = z.infer<typeof photoTimelineResponse>
