import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs"
import * as z from "zod"
import { buildObjectCreated } from "../../aws/object-created.ts"
import type { StoredObject } from "../../domain/object-ref.ts"
import { awsClientConfig } from "./aws-client.ts"
import type { Config } from "./config.ts"
import { WorkQueueUnavailable } from "./outage.ts"

/** The approximate number of messages in a queue. */
export type QueueDepth = {
  visible: number
  /** Sent with a delay that has not passed. Part of the backlog, because messages are deferred for fairness. */
  delayed: number
  /** Received and neither deleted nor visible again. */
  inFlight: number
}

/** Sends messages to the queue that receives S3 events. Every method throws WorkQueueUnavailable when SQS fails. */
export type WorkQueue = {
  enqueue: (original: StoredObject) => Promise<void>
  depth: () => Promise<QueueDepth>
  close: () => void
}

const requestTimeoutMs = 10_000

export const workQueueOf = ({ sqs: { queueUrl, endpoint }, s3 }: Pick<Config, "sqs" | "s3">): WorkQueue => {
  const sqs = new SQSClient({
    ...awsClientConfig({ region: s3.region, endpoint, requestTimeoutMs }),
    useQueueUrlAsEndpoint: false,
  })
  return {
    enqueue: async (original) => {
      const body = buildObjectCreated("processor", s3.bucket, original)
      await available(sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body })))
    },
    depth: async () => {
      const command = new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: [...depthAttributes],
      })
      return depthResponse.parse(await available(sqs.send(command)))
    },
    close: () => sqs.destroy(),
  }
}

const depthAttributes = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesDelayed",
  "ApproximateNumberOfMessagesNotVisible",
] as const

const count = z.coerce.number().int()

const depthResponse = z
  .object({
    Attributes: z.object({
      ApproximateNumberOfMessages: count,
      ApproximateNumberOfMessagesDelayed: count,
      ApproximateNumberOfMessagesNotVisible: count,
    }),
  })
  .transform(({ Attributes }) => ({
    visible: Attributes.ApproximateNumberOfMessages,
    delayed: Attributes.ApproximateNumberOfMessagesDelayed,
    inFlight: Attributes.ApproximateNumberOfMessagesNotVisible,
  }))

const available = <Response>(response: Promise<Response>): Promise<Response> =>
  response.catch((cause: unknown) => {
    throw new WorkQueueUnavailable("SQS failed or did not respond", { cause })
  })
