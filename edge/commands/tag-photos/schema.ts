import * as z from "zod"
import { maxTagsPerPhoto } from "../../../domain/tag-label.ts"
import { label } from "../../http/label.ts"
import { photoIds } from "../../http/photo-ids.ts"

const labels = z.array(label).max(maxTagsPerPhoto)

export const tagPhotosRequest = z
  .object({ photoIds, add: labels.optional(), remove: labels.optional() })
  .check((context) => {
    const { add = [], remove = [] } = context.value
    if (add.length + remove.length === 0)
      context.issues.push({
        code: "custom",
        message: "must have tags to add or to remove",
        input: context.value,
      })
    const removed = new Set(remove.map(({ tagKey }) => tagKey))
    for (const [place, { tagKey }] of add.entries())
      if (removed.has(tagKey))
        context.issues.push({
          code: "custom",
          path: ["add", place],
          message: "must not be removed as well",
          input: context.value,
        })
  })

/**
 * - `tagged`: the tags of the photo changed.
 * - `unchanged`: the photo has the tags to add already, and none of those to remove.
 * - `too_many_tags`: the photo would have more than 50 tags. None of its tags changed.
 * - `not_found`: the account has no such photo.
 */
export const tagOutcomes = ["tagged", "unchanged", "too_many_tags", "not_found"] as const

export const taggedPhoto = z.object({
  photoId: z.string(),
  outcome: z.enum(tagOutcomes),
  /** All tags of the photo, in alphabetical order. Null if the account has no such photo. */
  tags: z.array(z.string()).nullable(),
})

export const tagPhotosResponse = z.object({
  /** One for each photo, in the order of the request. */
  items: z.array(taggedPhoto),
})

export type TaggedPhoto = z.infer<typeof taggedPhoto>
export type TagPhotosResponse = z.infer<typeof tagPhotosResponse>
