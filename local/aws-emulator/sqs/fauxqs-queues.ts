import { EventEmitter, once } from "node:events"
import { setTimeout as delay } from "node:timers/promises"
import { z } from "zod"

export type QueueAnswer = { status: number; headers: Record<string, string>; body: string }

export type Asker = {
  /** fauxqs reads the region of a queue out of it. */
  authorization: string
  /** Origin of this server, for queue URLs. */
  origin: string
  /** Aborted when the client has disconnected. */
  gone: AbortSignal
}

/** The queues of fauxqs, corrected where they differ from SQS. */
export type FauxqsQueues = {
  /** @param body JSON of the action */
  ask: (action: string, body: string, asker: Asker) => Promise<QueueAnswer>
  /** Signals that a message was sent by other means than `ask`. */
  wake: () => void
}

/** How often a long poll looks for messages whose visibility timeout or delay has ended. */
const recheckMs = 250

/** A connection that was closed before a message was sent is noticed within this time. */
const noticeMs = 5

export const fauxqsQueues = (port: number): FauxqsQueues => {
  const arrivals = new EventEmitter().setMaxListeners(0)
  const wake = () => void arrivals.emit("message")

  const post = async (action: string, body: string, authorization: string): Promise<QueueAnswer> => {
    const headers = {
      authorization,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `AmazonSQS.${action}`,
    }
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body })
    const kept = [...response.headers].filter(([name]) => keptHeaders.has(name))
    return { status: response.status, headers: Object.fromEntries(kept), body: await response.text() }
  }

  // Long polling happens here: fauxqs would keep waiting for a client that has left, and give it the next message.
  const receive = async (poll: LongPoll, { authorization, gone }: Asker): Promise<QueueAnswer> => {
    const deadline = performance.now() + poll.WaitTimeSeconds * 1000
    const now = JSON.stringify({ ...poll, WaitTimeSeconds: 0 })
    for (;;) {
      const answer = await post("ReceiveMessage", now, authorization)
      const remainingMs = deadline - performance.now()
      if (answer.status !== 200 || hasMessages(answer.body) || remainingMs <= 0) return answer
      const pause = AbortSignal.timeout(Math.ceil(Math.min(recheckMs, remainingMs)))
      await once(arrivals, "message", { signal: AbortSignal.any([gone, pause]) }).catch(() => undefined)
      await delay(noticeMs)
      if (gone.aborted) return answer
    }
  }

  return {
    wake,
    ask: async (action, body, asker) => {
      const poll = action === "ReceiveMessage" ? longPollOf(body) : null
      if (poll) return receive(poll, asker)
      const answer = await post(action, withoutZeroVisibility(action, body), asker.authorization)
      if (action === "SendMessage" || action === "SendMessageBatch") wake()
      return tellsQueueUrls.has(action) ? { ...answer, body: withOrigin(answer.body, asker.origin) } : answer
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

// To make a message visible at once, fauxqs 2.4.1 with a dataDir violates a constraint of its own database, answers
// 500 and loses the message until it is restarted (updateMessageReady in its persistence.js). A millisecond works.
const almostZeroSeconds = 0.001

const withoutZeroVisibility = (action: string, body: string): string =>
  action === "ChangeMessageVisibility" || action === "ChangeMessageVisibilityBatch"
    ? body.replaceAll(/"VisibilityTimeout"\s*:\s*0(?=\s*[,}])/g, `"VisibilityTimeout":${almostZeroSeconds}`)
    : body

const tellsQueueUrls = new Set(["CreateQueue", "GetQueueUrl", "ListQueues"])

// fauxqs returns queue URLs with its own earlier port and a host name that does not resolve.
const withOrigin = (body: string, origin: string): string =>
  body.replaceAll(/http:\/\/[^/"]+(?=\/\d{12}\/)/g, origin)
