import { z } from "zod"
import { isPhotoId, isUserId, type PhotoId, type UserId } from "../../domain/ids.ts"
import { originalKey } from "../../domain/object-key.ts"

/** An original that lies in S3, as a message on the queue tells of it. */
export type StoredOriginal = { key: string; etag: string; userId: UserId; photoId: PhotoId }

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; `finalize` sends the same members.
const objectCreated = z.object({
  "detail-type": z.literal("Object Created"),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), etag: z.string().min(1) }),
  }),
})

/** The original a message speaks of, or null when it speaks of anything else. */
export const storedOriginalOf = (
  body: string,
  ours: { environment: string; bucket: string },
): StoredOriginal | null => {
  const event = objectCreated.safeParse(parseJson(body))
  if (!event.success || event.data.detail.bucket.name !== ours.bucket) return null
  const { key, etag } = event.data.detail.object
  const [, userId, photoId] = key.split("/")
  if (!userId || !isUserId(userId) || !photoId || !isPhotoId(photoId)) return null
  return key === originalKey(ours.environment, userId, photoId) ? { key, etag, userId, photoId } : null
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
