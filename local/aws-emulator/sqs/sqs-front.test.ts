import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs"
import { AwsClient } from "aws4fetch"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { credentials, region, startTestStorage, type TestStorage } from "../test-storage.ts"

let storage: TestStorage
let sqs: SQSClient
beforeAll(async () => {
  storage = await startTestStorage()
  sqs = new SQSClient({ region, endpoint: storage.sqsEndpoint, credentials })
})
afterEach(() => storage.receive())
afterAll(async () => {
  sqs.destroy()
  await storage.remove()
})

const receive = async (options = {}, QueueUrl = storage.queueUrl) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...options }))).Messages ?? []
const sendSigned = (secretAccessKey: string, changes: RequestInit = {}) => {
  const client = new AwsClient({ ...credentials, secretAccessKey, service: "sqs", region, retries: 0 })
  return client.sign(storage.sqsEndpoint, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.SendMessage" },
    body: JSON.stringify({ QueueUrl: storage.queueUrl, MessageBody: "hello" }),
    ...changes,
  })
}

describe("the queue", () => {
  test("accepts messages from aws4fetch, as a Worker sends them, and delivers them to the AWS SDK", async () => {
    expect((await fetch(await sendSigned(credentials.secretAccessKey))).status).toBe(200)
    expect(await receive()).toMatchObject([{ Body: "hello" }])
  })

  test("wakes a waiting receiver", async () => {
    const waiting = receive({ WaitTimeSeconds: 20 })
    await sqs.send(new SendMessageCommand({ QueueUrl: storage.queueUrl, MessageBody: "wake up" }))
    expect(await waiting).toMatchObject([{ Body: "wake up" }])
  })

  test("delivers a message to another receiver when the waiting one has disconnected", async () => {
    const leaving = new AbortController()
    const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl: storage.queueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: leaving.signal,
    })
    // When a request that was sent later has completed, the poll has arrived.
    await receive()
    leaving.abort()
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" })
    await sqs.send(new SendMessageCommand({ QueueUrl: storage.queueUrl, MessageBody: "not lost" }))
    expect(await receive({ WaitTimeSeconds: 20 })).toMatchObject([{ Body: "not lost" }])
  })

  test("is found by its name, with a valid URL", async () => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "events" }))
    expect(QueueUrl).toBe(storage.queueUrl)
    const created = await sqs.send(new CreateQueueCommand({ QueueName: "another" }))
    expect(created.QueueUrl).toContain(storage.sqsEndpoint)
  })

  test("moves a message to the dead-letter queue after the third receive", async () => {
    await sqs.send(new SendMessageCommand({ QueueUrl: storage.queueUrl, MessageBody: "poison" }))
    for (const _ of [1, 2, 3]) {
      const [message] = await receive({ WaitTimeSeconds: 20 })
      const { ReceiptHandle } = message ?? {}
      const now = { QueueUrl: storage.queueUrl, ReceiptHandle, VisibilityTimeout: 0 }
      await sqs.send(new ChangeMessageVisibilityCommand(now))
    }
    expect(await receive({ WaitTimeSeconds: 1 })).toEqual([])
    expect(await receive({}, storage.deadLetterQueueUrl)).toMatchObject([{ Body: "poison" }])
  })

  test("returns the error of SQS if it does not exist", async () => {
    await expect(receive({}, `${storage.queueUrl}-not`)).rejects.toMatchObject({ name: "QueueDoesNotExist" })
  })
})

describe("a request is rejected and its message is not queued", () => {
  test.each([
    [
      "without a signature",
      403,
      "MissingAuthenticationToken",
      async () => {
        const signed = await sendSigned(credentials.secretAccessKey)
        const headers = new Headers(signed.headers)
        headers.delete("authorization")
        return new Request(signed, { headers })
      },
    ],
    ["with another secret", 403, "SignatureDoesNotMatch", () => sendSigned("guess")],
    [
      "with an unsigned body",
      403,
      "SignatureDoesNotMatch",
      async () => {
        const { url, headers } = await sendSigned(credentials.secretAccessKey)
        return new Request(url, { method: "POST", headers, body: "{}" })
      },
    ],
    [
      "with a signature for S3",
      403,
      "IncompleteSignature",
      async () => {
        const client = new AwsClient({ ...credentials, service: "s3", region })
        return client.sign(storage.sqsEndpoint, { method: "POST", body: "{}" })
      },
    ],
    [
      "with a batch above the size limit",
      413,
      "RequestEntityTooLarge",
      () => sendSigned(credentials.secretAccessKey, { body: "x".repeat(5_000_000) }),
    ],
  ] as [string, number, string, () => Promise<Request>][])("%s", async (_, status, type, request) => {
    const response = await fetch(await request())
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(type)])
    expect(await receive()).toEqual([])
  })

  test("signed more than 15 minutes ago", async () => {
    const request = await sendSigned(credentials.secretAccessKey)
    storage.setClock(() => new Date(Date.now() + 16 * 60_000))
    const response = await fetch(request)
    storage.setClock()
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("RequestExpired")])
    expect(await receive()).toEqual([])
  })
})
