import { AwsClient } from "aws4fetch"
import * as z from "zod"
import { buildObjectCreated } from "../../aws/object-created.ts"
import type { Config } from "../config.ts"

/** The queue could not be reached: worth another try later. */
export class WorkQueueUnavailable extends Error {
  override name = "WorkQueueUnavailable"
}

/** What it does throws WorkQueueUnavailable when the queue does not answer in time. */
export type WorkQueue = {
  /** Tells the processor that an object lies under `key`. */
  enqueue: (object: { key: string; etag: string; bytes: number }) => Promise<void>
  /** About how many messages wait to be received. */
  depth: () => Promise<number>
}

const timeoutMs = 5_000

/** The queue of S3's events, to which `finalize` adds the same message S3 would have sent. */
export const workQueueOf = (config: Config): WorkQueue => {
  const call = callerOf(config)
  return {
    enqueue: async (object) => {
      await call("SendMessage", { MessageBody: buildObjectCreated("finalize", config.s3.bucket, object) })
    },
    depth: async () => {
      const answer = await call("GetQueueAttributes", { AttributeNames: ["ApproximateNumberOfMessages"] })
      return attributes.parse(answer).Attributes.ApproximateNumberOfMessages
    },
  }
}

const attributes = z.object({ Attributes: z.object({ ApproximateNumberOfMessages: z.coerce.number() }) })

// The AWS JSON protocol of SQS:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
const callerOf =
  (config: Config) =>
  async (action: string, parameters: object): Promise<unknown> => {
    const client = new AwsClient({
      ...config.credentials,
      service: "sqs",
      region: config.s3.region,
      retries: 2,
    })
    try {
      const response = await client.fetch(config.sqs.endpoint, {
        method: "POST",
        headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${action}` },
        body: JSON.stringify({ QueueUrl: config.sqs.queueUrl, ...parameters }),
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (!response.ok) throw new Error(`${action} answered ${response.status}`)
      return await response.json()
    } catch (error) {
      throw new WorkQueueUnavailable(`${action} failed`, { cause: error })
    }
  }
