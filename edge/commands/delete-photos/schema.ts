import * as z from "zod"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { photoIds } from "../../http/photo-ids.ts"

export const deletePhotosRequest = z.object({ photoIds })

/**
 * - `deleted`: the photo was finished, and is hidden from now on.
 * - `cancelled`: the photo was not finished. Its upload is cancelled.
 * - `unchanged`: the photo was deleted or cancelled before.
 * - `not_found`: the account has no such photo.
 */
const outcomes = ["deleted", "cancelled", "unchanged", "not_found"] as const

export const deletedPhoto = z.object({
  photoId: z.string(),
  outcome: z.enum(outcomes),
  /** Null if the account has no such photo. */
  status: z.enum(photoStatuses).nullable(),
  isDeleted: z.boolean(),
})

export const deletePhotosResponse = z.object({
  /** One for each photo, in the order of the request. */
  items: z.array(deletedPhoto),
})

export type DeletePhotosResponse = z.infer<typeof deletePhotosResponse>
