import type { PhotoId, UserId } from "./ids.ts"
import type { ThumbnailVariant } from "./image.ts"

/** The key of an original. The edge signs only uploads below `${env}/${userId}/`. */
export const originalKey = (env: string, userId: UserId, photoId: PhotoId): string =>
  `${env}/${userId}/${photoId}/original`

/** The key of a thumbnail. It has a separate prefix, so that storing a thumbnail starts no processing. */
export const thumbnailKey = (
  env: string,
  userId: UserId,
  photoId: PhotoId,
  variant: ThumbnailVariant,
): string => `thumbnails/${env}/${userId}/${photoId}/${variant}.webp`

/** The key of the object that identifies this bucket's database. Environment names do not begin with a dot. */
export const databaseMarkerKey = (env: string): string => `.database-markers/${env}.json`
