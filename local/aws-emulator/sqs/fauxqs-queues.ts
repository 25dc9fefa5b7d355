import { EventEmitter, once } from "node:events"
import { setTimeout as delay } from "node:timers/promises"
import { z } from "zod"

export type QueueResponse = { status: number; headers: Record<string, string>; body: string }

export type QueueClient = {
  /** fauxqs reads the region of the queue from this header. */
  authorization: string
  /** Origin of this server, for queue URLs. */
  origin: string
  /** Aborted when the client has disconnected. */
  disconnected: AbortSignal
}

/** The queues of fauxqs, corrected where they differ from SQS. */
export type FauxqsQueues = {
  /** @param body JSON of the action */
  send: (action: string, body: string, client: QueueClient) => Promise<QueueResponse>
  /** Wakes long polls after a message was sent by other means than `send`. */
  wake: () => void
}

/** Interval at which a long poll checks for messages whose visibility timeout or delay has ended. */
const recheckMs = 250

/** Time after which the close of a connection before the arrival of a message has been detected. */
const closeDetectionMs = 5

export const fauxqsQueues = (port: number): FauxqsQueues => {
  const arrivals = new EventEmitter().setMaxListeners(0)
  const wake = () => void arrivals.emit("message")

  const post = async (action: string, body: string, authorization: string): Promise<QueueResponse> => {
    const headers = {
      authorization,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `AmazonSQS.${action}`,
    }
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body })
    const kept = [...response.headers].filter(([name]) => keptHeaders.has(name))
    return { status: response.status, headers: Object.fromEntries(kept), body: await response.text() }
  }

  // Long polls are handled here: fauxqs would keep waiting after a client has disconnected and lose the next message.
  const receive = async (
    poll: LongPoll,
    { authorization, disconnected }: QueueClient,
  ): Promise<QueueResponse> => {
    const deadline = performance.now() + poll.WaitTimeSeconds * 1000
    const now = JSON.stringify({ ...poll, WaitTimeSeconds: 0 })
    for (;;) {
      const response = await post("ReceiveMessage", now, authorization)
      const remainingMs = deadline - performance.now()
      if (response.status !== 200 || hasMessages(response.body) || remainingMs <= 0) return response
      const pause = AbortSignal.timeout(Math.ceil(Math.min(recheckMs, remainingMs)))
      await once(arrivals, "message", { signal: AbortSignal.any([disconnected, pause]) }).catch(
        () => undefined,
      )
      await delay(closeDetectionMs)
      if (disconnected.aborted) return response
    }
  }

  return {
    wake,
    send: async (action, body, client) => {
      const poll = action === "ReceiveMessage" ? longPollOf(body) : null
      if (poll) return receive(poll, client)
      const response = await post(action, withoutZeroVisibility(action, body), client.authorization)
      if (action === "SendMessage" || action === "SendMessageBatch") wake()
      return actionsWithQueueUrl.has(action)
        ? { ...response, body: withOrigin(response.body, client.origin) }
        : response
    },
  }
}

const keptHeaders = new Set(["content-type", "x-amzn-query-error", "x-amz-request-id"])

// fauxqs handles all other actions and malformed requests.
const longPoll = z.looseObject({ WaitTimeSeconds: z.number().positive().max(20) })
type LongPoll = z.infer<typeof longPoll>

const longPollOf = (body: string): LongPoll | null => {
  try {
    return longPoll.safeParse(JSON.parse(body)).data ?? null
  } catch {
    return null
  }
}

const hasMessages = (body: string): boolean => body.includes('"ReceiptHandle"')

// Making a message visible at once violates a constraint of the database of fauxqs 2.4.1 with a dataDir: it returns 500
// and loses the message until a restart (updateMessageReady in its persistence.js). A timeout of a millisecond works.
const almostZeroSeconds = 0.001

const withoutZeroVisibility = (action: string, body: string): string =>
  action === "ChangeMessageVisibility" || action === "ChangeMessageVisibilityBatch"
    ? body.replaceAll(/"VisibilityTimeout"\s*:\s*0(?=\s*[,}])/g, `"VisibilityTimeout":${almostZeroSeconds}`)
    : body

const actionsWithQueueUrl = new Set(["CreateQueue", "GetQueueUrl", "ListQueues"])

// fauxqs returns queue URLs with the port of its first start and a host name that does not resolve.
const withOrigin = (body: string, origin: string): string =>
  body.replaceAll(/http:\/\/[^/"]+(?=\/\d{12}\/)/g, origin)
