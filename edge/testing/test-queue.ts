import { AwsClient } from "aws4fetch"
import { config } from "./test-api.ts"

/** A queue that no other test reads. */
export type TestQueue = {
  /** Variables with which a Worker sends its messages to this queue. */
  variables: Record<string, string>
  /** Receives every message sent since the last call, in any order, and returns their object keys. */
  receiveKeys: () => Promise<string[]>
}

/** Creates a queue on the local SQS. */
export const newQueue = async (): Promise<TestQueue> => {
  const { QueueUrl } = await callSqs("CreateQueue", { QueueName: crypto.randomUUID() })
  return {
    variables: { SQS_QUEUE_URL: String(QueueUrl) },
    receiveKeys: async () => {
      const keys: string[] = []
      for (;;) {
        const { Messages = [] } = await callSqs("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 })
        if (Messages.length === 0) return keys
        for (const { Body, ReceiptHandle } of Messages) {
          keys.push((JSON.parse(Body) as { detail: { object: { key: string } } }).detail.object.key)
          await callSqs("DeleteMessage", { QueueUrl, ReceiptHandle })
        }
      }
    },
  }
}

type SqsResult = { QueueUrl?: string; Messages?: { Body: string; ReceiptHandle: string }[] }

const callSqs = async (action: string, parameters: object): Promise<SqsResult> => {
  const client = new AwsClient({ ...config.credentials, service: "sqs", region: config.s3.region })
  const response = await client.fetch(config.sqs.endpoint, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${action}` },
    body: JSON.stringify(parameters),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${action} returned ${response.status}: ${text}`)
  return text === "" ? {} : JSON.parse(text)
}
