import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs"
import type { Config } from "./config.ts"

/** An original that lies in S3 and waits to be processed. */
export type StoredObject = { key: string; etag: string; bytes: number }

/** Puts work into the queue, in the words of S3's own events. */
export type WorkQueue = {
  enqueue: (original: StoredObject) => Promise<void>
  close: () => void
}

export const workQueueOf = (config: Pick<Config, "sqs" | "s3" | "credentials">): WorkQueue => {
  const sqs = new SQSClient({
    region: config.s3.region,
    endpoint: config.sqs.endpoint,
    credentials: config.credentials,
    useQueueUrlAsEndpoint: false,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000 },
  })
  return {
    enqueue: async ({ key, etag, bytes }) => {
      const message = {
        source: "rapid-photo-upload.processor",
        "detail-type": "Object Created",
        detail: { bucket: { name: config.s3.bucket }, object: { key, size: bytes, etag } },
      }
      await sqs.send(
        new SendMessageCommand({ QueueUrl: config.sqs.queueUrl, MessageBody: JSON.stringify(message) }),
      )
    },
    close: () => sqs.destroy(),
  }
}
