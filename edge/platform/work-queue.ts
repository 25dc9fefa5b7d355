import { AwsClient } from "aws4fetch"
import type { Config } from "./config.ts"

/** The queue could not be reached: worth another try later. */
export class WorkQueueUnavailable extends Error {
  override name = "WorkQueueUnavailable"
}

export type WorkQueue = {
  /** Tells the processor that an object lies under `key`. @throws WorkQueueUnavailable */
  announce: (object: { key: string; etag: string; bytes: number }) => Promise<void>
}

const sendTimeoutMs = 5_000

/** The queue of S3's events, to which `finalize` adds the same message S3 would have sent. */
export const workQueueOf = (config: Config): WorkQueue => ({
  announce: async (object) => {
    const client = new AwsClient({
      ...config.credentials,
      service: "sqs",
      region: config.s3.region,
      retries: 2,
    })
    const message = {
      source: "rapid-photo-upload.finalize",
      "detail-type": "Object Created",
      detail: {
        bucket: { name: config.s3.bucket },
        object: { key: object.key, size: object.bytes, etag: object.etag },
      },
    }
    try {
      // The AWS JSON protocol of SQS:
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
      const response = await client.fetch(config.sqs.endpoint, {
        method: "POST",
        headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.SendMessage" },
        body: JSON.stringify({ QueueUrl: config.sqs.queueUrl, MessageBody: JSON.stringify(message) }),
        signal: AbortSignal.timeout(sendTimeoutMs),
      })
      if (!response.ok) throw new Error(`SendMessage answered ${response.status}`)
    } catch (error) {
      throw new WorkQueueUnavailable("message not taken", { cause: error })
    }
  },
})
