import { AwsClient } from "aws4fetch"
import * as z from "zod"
import { buildObjectCreated } from "../../aws/object-created.ts"
import type { StoredObject } from "../../domain/object-ref.ts"
import { WorkQueueUnavailable } from "../../domain/outage.ts"
import type { Config } from "../config.ts"
import { logFailure } from "../http/log.ts"

/** Methods throw WorkQueueUnavailable when the queue does not respond in time. */
export type WorkQueue = {
  /** Sends a message for each object. Returns the objects whose message was not sent. */
  enqueue: <Queued extends StoredObject>(objects: readonly Queued[]) => Promise<Queued[]>
  /** The approximate backlog: visible messages and messages with a delay. */
  depth: () => Promise<number>
}

const timeoutMs = 5_000

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const maxMessagesPerBatch = 10

/** A Worker may have six connections open at once. This leaves one for the rest of the request. */
const maxConcurrentBatches = 5

/** The queue that receives S3's events. `finalize` sends the message that S3 would have sent. */
export const workQueueOf = (config: Config): WorkQueue => {
  const call = callerOf(config)

  const sendBatch = async <Queued extends StoredObject>(objects: readonly Queued[]): Promise<Queued[]> => {
    const Entries = objects.map((object, index) => ({
      Id: String(index),
      MessageBody: buildObjectCreated("finalize", config.s3.bucket, object),
    }))
    try {
      const { Successful } = batchResult.parse(await call("SendMessageBatch", { Entries }))
      const sent = new Set(Successful.map(({ Id }) => Id))
      return objects.filter((_, index) => !sent.has(String(index)))
    } catch (error) {
      if (!(error instanceof WorkQueueUnavailable)) throw error
      logFailure("messages not sent", error)
      return [...objects]
    }
  }

  return {
    enqueue: async (objects) => {
      const batches = Array.from({ length: Math.ceil(objects.length / maxMessagesPerBatch) }, (_, index) =>
        objects.slice(index * maxMessagesPerBatch, (index + 1) * maxMessagesPerBatch),
      )
      const unsent: (typeof objects)[number][] = []
      const worker = async () => {
        for (let batch = batches.shift(); batch; batch = batches.shift())
          unsent.push(...(await sendBatch(batch)))
      }
      await Promise.all(Array.from({ length: maxConcurrentBatches }, worker))
      return unsent
    },
    depth: async () => {
      const result = await call("GetQueueAttributes", { AttributeNames: backlogAttributes })
      return backlogResult.parse(result)
    },
  }
}

const batchResult = z.object({ Successful: z.array(z.object({ Id: z.string() })).default([]) })

// The processor defers messages of a user above the fair share by sending delayed copies. They belong to the backlog.
const backlogAttributes = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"] as const

const backlogResult = z
  .object({
    Attributes: z.object({
      ApproximateNumberOfMessages: z.coerce.number(),
      ApproximateNumberOfMessagesDelayed: z.coerce.number(),
    }),
  })
  .transform(({ Attributes }) => backlogAttributes.reduce((sum, name) => sum + Attributes[name], 0))

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
      if (!response.ok) throw new Error(`${action} returned ${response.status}`)
      return await response.json()
    } catch (error) {
      throw new WorkQueueUnavailable(`${action} failed`, { cause: error })
    }
  }
