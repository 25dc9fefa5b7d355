import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs"
import { buildObjectCreated } from "../../aws/object-created.ts"
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
    enqueue: async (original) => {
      const body = buildObjectCreated("processor", config.s3.bucket, original)
      await sqs.send(new SendMessageCommand({ QueueUrl: config.sqs.queueUrl, MessageBody: body }))
    },
    close: () => sqs.destroy(),
  }
}
