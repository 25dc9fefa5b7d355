import * as z from "zod"
import { isPhotoId, isUserId, type PhotoId, type UserId } from "../domain/ids.ts"
import { originalKey } from "../domain/object-key.ts"
import type { ObjectRef, StoredObject } from "../domain/object-ref.ts"

/** An original in S3, as described by a queue message. */
export type StoredOriginal = ObjectRef & {
  userId: UserId
  photoId: PhotoId
  /** Orders the events of one key. Null in messages that this project builds. */
  sequencer: string | null
}

/**
 * Builds the message for a stored object, with the members of S3's own event that `parseObjectCreated` reads. The caller
 * sends it to the queue directly. `source` is only for debugging.
 */
export const buildObjectCreated = (
  sender: "finalize" | "processor",
  bucket: string,
  { key, etag, bytes }: StoredObject,
): string =>
  JSON.stringify({
    source: `rapid-photo-upload.${sender}`,
    "detail-type": "Object Created",
    detail: { bucket: { name: bucket }, object: { key, size: bytes, etag } },
  })

/** Returns the original of a message, or null for any other message. */
export const parseObjectCreated = (
  body: string,
  deployment: { environment: string; bucket: string },
): StoredOriginal | null => {
  const event = objectCreated.safeParse(parseJson(body))
  if (!event.success || event.data.bucket !== deployment.bucket) return null
  const { key, etag, sequencer } = event.data
  const [, userId, photoId] = key.split("/")
  if (!userId || !isUserId(userId) || !photoId || !isPhotoId(photoId)) return null
  return key === originalKey(deployment.environment, userId, photoId)
    ? { key, etag, userId, photoId, sequencer: sequencer ?? null }
    : null
}

const hex = z
  .string()
  .regex(/^[0-9A-Fa-f]{1,64}$/)
  .optional()

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; `buildObjectCreated` writes the same members.
const eventBridgeEnvelope = z
  .object({
    "detail-type": z.literal("Object Created"),
    detail: z.object({
      bucket: z.object({ name: z.string() }),
      object: z.object({ key: z.string(), etag: z.string().min(1), sequencer: hex }),
    }),
  })
  .transform(({ detail }) => ({ bucket: detail.bucket.name, ...detail.object }))

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html: one record
// per message, and the key is URL-encoded like a form, with + for a space.
const notificationEnvelope = z
  .object({
    Records: z.tuple([
      z.object({
        eventName: z.string().regex(/^(s3:)?ObjectCreated:/),
        s3: z.object({
          bucket: z.object({ name: z.string() }),
          object: z.object({ key: z.string(), eTag: z.string().min(1), sequencer: hex }),
        }),
      }),
    ]),
  })
  .transform(({ Records: [{ s3 }] }) => ({
    bucket: s3.bucket.name,
    key: decodeFormText(s3.object.key),
    etag: s3.object.eTag,
    sequencer: s3.object.sequencer,
  }))

const objectCreated = z.union([eventBridgeEnvelope, notificationEnvelope])

const decodeFormText = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "))
  } catch {
    return text
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
