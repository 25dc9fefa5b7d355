import type { PhotoId, UserId } from "./ids.ts"
import type { ThumbnailVariant } from "./image.ts"

/** Where an original lies. The edge may sign nothing outside `${env}/${userId}/`. */
export const originalKey = (env: string, userId: UserId, photoId: PhotoId): string =>
  `${env}/${userId}/${photoId}/original`

/** Where a thumbnail lies: under a prefix of its own, so that storing one wakes nobody. */
export const thumbnailKey = (
  env: string,
  userId: UserId,
  photoId: PhotoId,
  variant: ThumbnailVariant,
): string => `thumbnails/${env}/${userId}/${photoId}/${variant}.webp`
