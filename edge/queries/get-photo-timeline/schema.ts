import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { timelineKinds } from "../../../domain/photo-timeline.ts"
import { instant } from "../../http/instant.ts"

export const getPhotoTimelineParams = z.object({ photoId: z.string().refine(isPhotoId) })

/** An entry as the database stores it. */
export const storedEntry = z.object({
  at: instant,
  kind: z.enum(timelineKinds),
  data: z.object({
    attempt: z.number().int().optional(),
    reason: z.string().optional(),
    detail: z.string().optional(),
  }),
})

export const photoTimelineResponse = z.object({
  photoId: z.string(),
  /** In chronological order. */
  entries: z.array(
    z.object({
      at: z.iso.datetime(),
      /** For programs. */
      kind: z.enum(timelineKinds),
      /** For the owner of the photo. */
      text: z.string(),
    }),
  ),
})

export type StoredEntry = z.infer<typeof storedEntry>
export type PhotoTimelineResponse = z.infer<typeof photoTimelineResponse>
