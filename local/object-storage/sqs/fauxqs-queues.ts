import { z } from "zod"

export type QueueAnswer = { status: number; headers: Record<string, string>; body: string }

/** fauxqs's queues, as SQS would have them. */
export type FauxqsQueues = {
  /**
   * @param body JSON of the action
   * @param asker `origin`: where the asker reaches us, for queue URLs
   */
  ask: (
    action: string,
    body: string,
    asker: { authorization: string; origin: string },
  ) => Promise<QueueAnswer>
  /** Makes the messages visible again that an answer to ReceiveMessage would have given away. */
  putBack: (action: string, body: string, answer: QueueAnswer) => Promise<void>
}

export const fauxqsQueues = (port: number): FauxqsQueues => {
  const post = async (action: string, body: string, authorization = ""): Promise<QueueAnswer> => {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      method: "POST",
      // fauxqs reads the region of a queue out of the authorization.
      headers: {
        authorization,
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `AmazonSQS.${action}`,
      },
      body,
    })
    const kept = [...response.headers].filter(([name]) => keptHeaders.has(name))
    return { status: response.status, headers: Object.fromEntries(kept), body: await response.text() }
  }
  return {
    ask: async (action, body, { authorization, origin }) => {
      const answer = await post(action, withoutZeroVisibility(action, body), authorization)
      return tellsQueueUrls.has(action) ? { ...answer, body: withOrigin(answer.body, origin) } : answer
    },
    putBack: async (action, body, answer) => {
      if (action !== "ReceiveMessage" || answer.status !== 200) return
      const { QueueUrl } = receiving.parse(JSON.parse(body))
      for (const { ReceiptHandle } of received.parse(JSON.parse(answer.body)).Messages) {
        const visibleNow = { QueueUrl, ReceiptHandle, VisibilityTimeout: almostZeroSeconds }
        await post("ChangeMessageVisibility", JSON.stringify(visibleNow))
      }
    },
  }
}

const keptHeaders = new Set(["content-type", "x-amzn-query-error", "x-amz-request-id"])
const receiving = z.object({ QueueUrl: z.string() })
const received = z.object({ Messages: z.array(z.object({ ReceiptHandle: z.string() })).default([]) })

// To make a message visible at once, fauxqs 2.4.1 with a dataDir violates a constraint of its own database, answers
// 500 and loses the message until it is restarted (updateMessageReady in its persistence.js). A millisecond works.
const almostZeroSeconds = 0.001

const withoutZeroVisibility = (action: string, body: string): string =>
  action === "ChangeMessageVisibility" || action === "ChangeMessageVisibilityBatch"
    ? body.replaceAll(/"VisibilityTimeout"\s*:\s*0(?=\s*[,}])/g, `"VisibilityTimeout":${almostZeroSeconds}`)
    : body

const tellsQueueUrls = new Set(["CreateQueue", "GetQueueUrl", "ListQueues"])

// fauxqs tells the address that it had itself when it made a queue, under a host name that nobody resolves.
const withOrigin = (body: string, origin: string): string =>
  body.replaceAll(/http:\/\/[^/"]+(?=\/\d{12}\/)/g, origin)
