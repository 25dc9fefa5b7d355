import * as z from "zod"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { type Thumbnail, thumbnailVariants } from "../../../domain/image.ts"
import { thumbnailKey } from "../../../domain/object-key.ts"
import type { Config } from "../../config.ts"
import { objectStoreOf } from "./object-store.ts"

/** A thumbnail as stored in the database. */
export const storedThumbnail = z.object({
  variant: z.literal(thumbnailVariants),
  width: z.number(),
  height: z.number(),
  bytes: z.number(),
})

/** A thumbnail with a GET URL that needs no credentials until `expiresAt`. */
export const linkedThumbnail = storedThumbnail.extend({ url: z.url(), expiresAt: z.iso.datetime() })

/** Signs a GET URL for each thumbnail of a photo, in process. */
export const linkThumbnails = (
  config: Config,
  userId: UserId,
  photoId: PhotoId,
  thumbnails: readonly Thumbnail[],
): Promise<z.infer<typeof linkedThumbnail>[]> => {
  const store = objectStoreOf(config)
  return Promise.all(
    thumbnails.map(async (thumbnail) => {
      const key = thumbnailKey(config.environment, userId, photoId, thumbnail.variant)
      const { url, expiresAt } = await store.presignGet(key)
      return { ...thumbnail, url, expiresAt: expiresAt.toISOString() }
    }),
  )
}
