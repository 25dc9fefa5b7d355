import { AwsClient } from "aws4fetch"
import { expect, test } from "vitest"
import { config } from "../testing/test-api.ts"
import { workQueueOf } from "./work-queue.ts"

const call = async (action: string, parameters: object): Promise<Record<string, unknown>> => {
  const sqs = new AwsClient({ ...config.credentials, service: "sqs", region: config.s3.region })
  const response = await sqs.fetch(config.sqs.endpoint, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${action}` },
    body: JSON.stringify(parameters),
  })
  expect(response.status).toBe(200)
  return response.json()
}

test("the backlog counts visible messages and messages with a delay", async () => {
  const { QueueUrl } = await call("CreateQueue", { QueueName: crypto.randomUUID() })
  const queue = workQueueOf({ ...config, sqs: { ...config.sqs, queueUrl: String(QueueUrl) } })
  await queue.enqueue([{ key: "key", etag: "etag", bytes: 1 }])
  await call("SendMessage", { QueueUrl, MessageBody: "deferred", DelaySeconds: 900 })
  expect(await queue.depth()).toBe(2)
})
