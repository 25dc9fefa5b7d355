import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs"
import { pino } from "pino"
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest"
import { testStorage } from "../../local/test-environment.ts"
import { type MessageHandler, type Queue, startQueue } from "./queue.ts"

const silent = pino({ level: "silent" })
const { credentials, region } = testStorage

let sqs: SQSClient
let endpoint: string
let queueUrl: string
beforeAll(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey)
  endpoint = inject("environment").sqsEndpoint
  sqs = new SQSClient({ region, endpoint, credentials })
})
afterAll(() => {
  sqs.destroy()
  vi.unstubAllEnvs()
})
beforeEach(async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: crypto.randomUUID() }))
  queueUrl = QueueUrl ?? ""
})

const send = (body: string) => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }))

const counts = async () => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
  )
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
  }
}

const listen = (handle: MessageHandler, concurrency = 2, visibilityTimeoutSeconds = 30): Queue =>
  startQueue(
    {
      sqs: { endpoint, queueUrl, visibilityTimeoutSeconds },
      s3: { endpoint: undefined, bucket: "", region },
      concurrency,
      deadLetters: null,
    },
    handle,
    silent,
  )

/** Runs a queue until `isDone` succeeds, and always stops it. */
const during = async (queue: Queue, isDone: () => Promise<void> | void) => {
  try {
    await vi.waitFor(isDone, { timeout: 15_000, interval: 20 })
  } finally {
    await queue.stop()
  }
}

describe("a message", () => {
  test.each(["done", "discard"] as const)("whose outcome is %s is deleted", async (kind) => {
    await send("one")
    const bodies: string[] = []
    const queue = listen(async (body) => {
      bodies.push(body)
      return { kind, reason: "test" }
    })
    await during(queue, async () => {
      expect(bodies).toEqual(["one"])
      expect(await counts()).toEqual({ visible: 0, inFlight: 0 })
    })
  })

  test("whose outcome is retry is delivered again after the requested delay", async () => {
    await send("again")
    let deliveries = 0
    const queue = listen(async () => {
      deliveries += 1
      return deliveries === 1 ? { kind: "retry", reason: "test", afterMs: 1000 } : { kind: "done" }
    })
    await during(queue, async () => {
      expect(deliveries).toBe(2)
      expect(await counts()).toEqual({ visible: 0, inFlight: 0 })
    })
  })

  test("whose outcome is defer is replaced by a delayed copy that was never received", async () => {
    await send("not yet")
    const receiveCounts: string[] = []
    const ids: string[] = []
    const queue = listen(async (body, messageId) => {
      expect(body).toBe("not yet")
      ids.push(messageId)
      return ids.length < 3
        ? { kind: "defer", delaySeconds: 1 }
        : { kind: "retry", reason: "test", afterMs: 1000 }
    })
    await vi.waitFor(() => expect(ids).toHaveLength(3), { timeout: 15_000, interval: 20 })
    await queue.stop()
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        WaitTimeSeconds: 5,
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      }),
    )
    for (const message of Messages ?? [])
      receiveCounts.push(message.Attributes?.ApproximateReceiveCount ?? "")
    // Three messages. The last one is received for the second time here, not the fourth.
    expect(new Set(ids).size).toBe(3)
    expect(receiveCounts).toEqual(["2"])
  })

  test("that was deferred in between is a dead letter after the same number of failed deliveries", async () => {
    const { QueueUrl: deadLetterQueueUrl = "" } = await sqs.send(
      new CreateQueueCommand({ QueueName: crypto.randomUUID() }),
    )
    await send("poison")
    let deliveries = 0
    const queue = startQueue(
      {
        sqs: { endpoint, queueUrl, visibilityTimeoutSeconds: 30 },
        s3: { endpoint: undefined, bucket: "", region },
        concurrency: 1,
        deadLetters: { queueUrl: deadLetterQueueUrl, maxReceiveCount: 3 },
      },
      async () => {
        deliveries += 1
        // Each failure is followed by a deferral, which replaces the message and its receive count.
        return deliveries % 2 === 0
          ? { kind: "defer", delaySeconds: 0 }
          : { kind: "retry", reason: "test", afterMs: 0 }
      },
      silent,
    )
    const dead: string[] = []
    await during(queue, async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: deadLetterQueueUrl }))
      dead.push(...Messages.map(({ Body = "" }) => Body))
      expect(dead).toEqual(["poison"])
    })
    // Failed, deferred, failed, deferred, failed: three failures.
    expect(deliveries).toBe(5)
    expect(await counts()).toEqual({ visible: 0, inFlight: 0 })
  })

  test("whose handler throws is kept and delivered again", async () => {
    await send("throws")
    let deliveries = 0
    const queue = listen(async () => {
      deliveries += 1
      if (deliveries === 1) throw new Error("a bug")
      return { kind: "done" }
    })
    await during(queue, () => expect(deliveries).toBe(2))
  })

  test("that is processed for longer than its visibility timeout is not delivered again", async () => {
    await send("slow")
    let deliveries = 0
    const queue = listen(
      async () => {
        deliveries += 1
        const startedAt = Date.now()
        await vi.waitFor(() => expect(Date.now() - startedAt).toBeGreaterThan(3500), {
          timeout: 5000,
          interval: 50,
        })
        return { kind: "done" }
      },
      2,
      2,
    )
    await during(queue, async () => expect(await counts()).toEqual({ visible: 0, inFlight: 0 }))
    expect(deliveries).toBe(1)
  })
})

describe("stopping", () => {
  test("waits for the outcome on the current message, receives no new one and does not wait for idle long polls", async () => {
    await send("current")
    let isStarted = false
    let finish: () => void = () => undefined
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    const queue = listen(async () => {
      isStarted = true
      await finished
      return { kind: "done" }
    }, 3)
    await vi.waitFor(() => expect(isStarted).toBe(true), { timeout: 5000 })
    const startedAt = performance.now()
    const stopped = queue.stop()
    finish()
    await stopped
    await send("too late")
    expect(performance.now() - startedAt).toBeLessThan(5000)
    expect(await counts()).toEqual({ visible: 1, inFlight: 0 })
  })
})
