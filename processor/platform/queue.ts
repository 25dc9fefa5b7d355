import { type Message, SQSClient } from "@aws-sdk/client-sqs"
import { Consumer } from "sqs-consumer"
import { awsClientConfig } from "./aws-client.ts"
import type { Config } from "./config.ts"
import type { Logger } from "./log.ts"
import { type MessageActions, messageActionsOf } from "./message-actions.ts"

/** What happens to a message next. Handlers return it; they do not throw policy. */
export type Verdict =
  | { kind: "done" }
  /** Delivered again after `afterMs`, or after a backoff that grows with every delivery. */
  | { kind: "retry"; reason: string; afterMs?: number }
  /**
   * Replaced by a fresh copy with a delay: a message that waits for its turn was not tried, and deliveries after which
   * it would become a dead letter do not count.
   */
  | { kind: "defer"; delaySeconds: number }
  /** Never delivered again, although it caused nothing. */
  | { kind: "discard"; reason: string }

export type MessageHandler = (
  body: string,
  messageId: string,
  /** When it was first sent, in ms since the epoch. */
  sentAtMs: number,
) => Promise<Verdict>

export type Queue = {
  /** Stops receiving at once and resolves when every received message has its verdict. May be called again. */
  stop: () => Promise<void>
}

const longPollSeconds = 20
const firstBackoffSeconds = 2
const longestBackoffSeconds = 300

/**
 * Receives with as many long polls as there are slots, one message each, so that no message is received and left waiting.
 * A message is deleted after its verdict. SQS shows it to another receiver when its visibility timeout ends, which a
 * heartbeat prevents while the handler works.
 */
export const startQueue = (
  config: Pick<Config, "sqs" | "s3" | "concurrency">,
  handle: MessageHandler,
  log: Logger,
): Queue => {
  const sqs = new SQSClient({
    ...awsClientConfig({
      region: config.s3.region,
      endpoint: config.sqs.endpoint,
      // Longer than a long poll, so that only a silent SQS exceeds it.
      requestTimeoutMs: (longPollSeconds + 10) * 1000,
    }),
    useQueueUrlAsEndpoint: false,
  })
  const actions = messageActionsOf(sqs, config.sqs, log)
  const slots = Array.from({ length: config.concurrency }, () =>
    startSlot(sqs, config.sqs, actions, handle, log),
  )
  const stopAll = async () => {
    await Promise.all(slots.map((slot) => slot.stop()))
    sqs.destroy()
  }
  let stopped: Promise<void> | undefined
  return {
    stop: () => {
      stopped ??= stopAll()
      return stopped
    },
  }
}

const startSlot = (
  sqs: SQSClient,
  { queueUrl, visibilityTimeoutSeconds }: Config["sqs"],
  actions: MessageActions,
  handle: MessageHandler,
  log: Logger,
) => {
  let isBusy = false
  const consumer = Consumer.create({
    queueUrl,
    sqs,
    batchSize: 1,
    waitTimeSeconds: longPollSeconds,
    visibilityTimeout: visibilityTimeoutSeconds,
    messageSystemAttributeNames: ["ApproximateReceiveCount", "SentTimestamp"],
    handleMessage: async (message) => {
      isBusy = true
      return (await settle(message, actions, handle, log)) ? message : undefined
    },
  })
  consumer.on("response_processed", () => {
    isBusy = false
  })
  consumer.on("error", (error) => log.warn({ error: error.message }, "queue error"))
  consumer.on("processing_error", (error) => log.error({ err: error }, "message handler threw"))
  consumer.start()
  return {
    stop: async () => {
      // Aborting would also abort the deletion of the message under way, so only an idle long poll is aborted.
      const processed =
        isBusy && new Promise<void>((resolve) => consumer.once("response_processed", () => resolve()))
      consumer.stop({ abort: !isBusy })
      await processed
    },
  }
}

/** Carries out the verdict on a message. True when the message is to be deleted. */
const settle = async (
  message: Message,
  actions: MessageActions,
  handle: MessageHandler,
  log: Logger,
): Promise<boolean> => {
  const heartbeat = actions.startHeartbeat(message)
  const sentAtMs = Number(message.Attributes?.SentTimestamp ?? 0)
  const verdict = await handle(message.Body ?? "", message.MessageId ?? "", sentAtMs).catch(
    (error: unknown): Verdict => {
      log.error({ err: error, messageId: message.MessageId }, "message handler threw")
      return { kind: "retry", reason: "unexpected error" }
    },
  )
  // A heartbeat still under way would overwrite the backoff.
  await heartbeat.stop()
  switch (verdict.kind) {
    case "done":
      return true
    case "discard":
      log.warn({ messageId: message.MessageId, reason: verdict.reason }, "message discarded")
      return true
    case "defer":
      if (await actions.sendCopy(message, verdict.delaySeconds)) return true
      await actions.hide(message, backoffSeconds(message))
      return false
    case "retry": {
      const { reason, afterMs } = verdict
      const seconds = afterMs === undefined ? backoffSeconds(message) : Math.ceil(afterMs / 1000)
      await actions.hide(message, seconds)
      log.warn({ messageId: message.MessageId, reason, seconds }, "message will be retried")
      return false
    }
  }
}

// Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
const backoffSeconds = (message: Message): number => {
  const deliveries = Number(message.Attributes?.ApproximateReceiveCount ?? 1)
  const ceiling = Math.min(longestBackoffSeconds, firstBackoffSeconds * 2 ** (deliveries - 1))
  return Math.max(1, Math.ceil(Math.random() * ceiling))
}
