import { randomUUID } from "node:crypto"

/** A stored object, with the request that stored it. */
export type StoredObject = {
  bucket: string
  key: string
  bytes: number
  /** Without quotes. */
  etag: string
  requestId: string
  sourceIp: string
  reason: "PutObject" | "CopyObject" | "CompleteMultipartUpload"
}

/** The emulator has one account. */
export const accountId = "000000000000"

/**
 * Creates the event that S3 sends through EventBridge for a new object. Unlike in S3 notifications, the key is not
 * URL-encoded, and the ETag has no quotes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export const objectCreatedEvents = ({ region, now }: { region: string; now: () => Date }) => {
  const nextSequencer = sequencers()
  return (object: StoredObject) => {
    const time = now()
    return {
      version: "0",
      id: randomUUID(),
      "detail-type": "Object Created",
      source: "aws.s3",
      account: accountId,
      time: time.toISOString().replace(/\.\d{3}/, ""),
      region,
      resources: [`arn:aws:s3:::${object.bucket}`],
      detail: {
        version: "0",
        bucket: { name: object.bucket },
        object: {
          key: object.key,
          size: object.bytes,
          etag: object.etag,
          sequencer: nextSequencer(time),
        },
        "request-id": object.requestId,
        requester: accountId,
        "source-ip-address": object.sourceIp,
        reason: object.reason,
      },
    }
  }
}

/** Increasing hexadecimal numbers of equal length, also across restarts, so that the events of a key can be ordered. */
const sequencers = () => {
  let last = 0n
  return (time: Date): string => {
    const fromTime = BigInt(time.getTime()) << 20n
    last = fromTime > last ? fromTime : last + 1n
    return last.toString(16).padStart(16, "0")
  }
}
