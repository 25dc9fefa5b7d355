import type { PhotoId, UserId } from "./ids.ts"
import type { ThumbnailVariant } from "./image.ts"

/** The key of an original. The edge signs nothing outside `${env}/${userId}/`. */
export const originalKey = (env: string, userId: UserId, photoId: PhotoId): string =>
  `${env}/${userId}/${photoId}/original`

/** The key of a thumbnail: under a prefix of its own, so that storing one starts no processing. */
export const thumbnailKey = (
  env: string,
  userId: UserId,
  photoId: PhotoId,
  variant: ThumbnailVariant,
): string => `thumbnails/${env}/${userId}/${photoId}/${variant}.webp`

/** The key of the object that names the database of this bucket. No environment's name begins with a dot. */
export const databaseMarkerKey = (env: string): string => `.database-markers/${env}.json`
