import { randomUUID } from "node:crypto"

export type StoredObject = {
  bucket: string
  key: string
  size: number
  /** Without quotes. */
  etag: string
  requestId: string
  sourceIp: string
  reason: "PutObject" | "CompleteMultipartUpload"
}

/**
 * The event that S3 sends through EventBridge for a new object. Unlike in S3's own notifications the key is not
 * URL-encoded. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export const objectCreatedEvent = (object: StoredObject, region: string, time: Date) => ({
  version: "0",
  id: randomUUID(),
  "detail-type": "Object Created",
  source: "aws.s3",
  account: "000000000000",
  time: time.toISOString().replace(/\.\d{3}/, ""),
  region,
  resources: [`arn:aws:s3:::${object.bucket}`],
  detail: {
    version: "0",
    bucket: { name: object.bucket },
    object: { key: object.key, size: object.size, etag: object.etag, sequencer: nextSequencer(time) },
    "request-id": object.requestId,
    requester: "000000000000",
    "source-ip-address": object.sourceIp,
    reason: object.reason,
  },
})

let lastSequence = 0n

/** Hexadecimal and growing, so that two events about one key can be ordered. */
const nextSequencer = (time: Date): string => {
  const now = BigInt(time.getTime()) << 20n
  lastSequence = now > lastSequence ? now : lastSequence + 1n
  return lastSequence.toString(16).toUpperCase().padStart(18, "0")
}
