import { type Message, SQSClient } from "@aws-sdk/client-sqs"
import { Consumer } from "sqs-consumer"
import { awsClientConfig } from "./aws-client.ts"
import type { Config } from "./config.ts"
import type { Logger } from "./log.ts"
import {
  earlierReceivesAttribute,
  type MessageActions,
  messageActionsOf,
  receiveCountOf,
} from "./message-actions.ts"

/** What to do with a message. Handlers return it and do not throw for expected outcomes. */
export type MessageOutcome =
  | { kind: "done" }
  /** Deliver again after `afterMs`, or after a backoff that increases with every delivery. */
  | { kind: "retry"; reason: string; afterMs?: number }
  /**
   * Replace by a delayed copy. A deferred message was not tried, so this delivery does not count towards the limit after
   * which it becomes a dead letter; earlier ones do.
   */
  | { kind: "defer"; delaySeconds: number }
  /** Delete the message without any effect. */
  | { kind: "discard"; reason: string }

export type MessageHandler = (
  body: string,
  messageId: string,
  /** Time at which the message was sent, in ms since the epoch. */
  sentAtMs: number,
) => Promise<MessageOutcome>

export type Queue = {
  /** Stops receiving at once and resolves when every received message has its outcome. May be called again. */
  stop: () => Promise<void>
}

/** Where messages go that were received too often, counting the messages that they replace. */
export type DeadLetters = { queueUrl: string; maxReceiveCount: number }

type QueueConfig = Pick<Config, "sqs" | "s3" | "concurrency"> & { deadLetters: DeadLetters | null }

const longPollSeconds = 20
const firstBackoffSeconds = 2
const maxBackoffSeconds = 300

/**
 * Receives with one long poll per slot, one message each, so that no received message waits. A message is deleted after
 * its outcome. While the handler runs, a heartbeat extends its visibility timeout, after which SQS would deliver it again.
 */
export const startQueue = (config: QueueConfig, handle: MessageHandler, log: Logger): Queue => {
  const sqs = new SQSClient({
    ...awsClientConfig({
      region: config.s3.region,
      endpoint: config.sqs.endpoint,
      // Longer than a long poll, so that only an unresponsive SQS exceeds it.
      requestTimeoutMs: (longPollSeconds + 10) * 1000,
    }),
    useQueueUrlAsEndpoint: false,
  })
  const actions = messageActionsOf(sqs, config.sqs, log)
  const slots = Array.from({ length: config.concurrency }, () => startSlot(sqs, config, actions, handle, log))
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
  { sqs: { queueUrl, visibilityTimeoutSeconds }, deadLetters }: QueueConfig,
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
    messageAttributeNames: [earlierReceivesAttribute],
    messageSystemAttributeNames: ["ApproximateReceiveCount", "SentTimestamp"],
    handleMessage: async (message) => {
      isBusy = true
      return (await settle(message, deadLetters, actions, handle, log)) ? message : undefined
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
      // Aborting would also abort the deletion of the current message, so only an idle long poll is aborted.
      const processed =
        isBusy && new Promise<void>((resolve) => consumer.once("response_processed", () => resolve()))
      consumer.stop({ abort: !isBusy })
      await processed
    },
  }
}

/** Handles a message and applies the outcome. Returns true when the message is to be deleted. */
const settle = async (
  message: Message,
  deadLetters: DeadLetters | null,
  actions: MessageActions,
  handle: MessageHandler,
  log: Logger,
): Promise<boolean> => {
  // SQS counts the receives of one message only, and a deferral begins a new one.
  if (deadLetters && receiveCountOf(message) > deadLetters.maxReceiveCount) {
    log.error({ messageId: message.MessageId }, "message received too often: sent to the dead-letter queue")
    if (await actions.sendToDeadLetters(message, deadLetters.queueUrl)) return true
    await actions.hide(message, backoffSeconds(message))
    return false
  }
  const heartbeat = actions.startHeartbeat(message)
  const sentAtMs = Number(message.Attributes?.SentTimestamp ?? 0)
  const outcome = await handle(message.Body ?? "", message.MessageId ?? "", sentAtMs).catch(
    (error: unknown): MessageOutcome => {
      log.error({ err: error, messageId: message.MessageId }, "message handler threw")
      return { kind: "retry", reason: "unexpected error" }
    },
  )
  // A heartbeat in progress would overwrite the backoff.
  await heartbeat.stop()
  switch (outcome.kind) {
    case "done":
      return true
    case "discard":
      log.warn({ messageId: message.MessageId, reason: outcome.reason }, "message discarded")
      return true
    case "defer":
      if (await actions.sendCopy(message, outcome.delaySeconds)) return true
      await actions.hide(message, backoffSeconds(message))
      return false
    case "retry": {
      const { reason, afterMs } = outcome
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
  const ceiling = Math.min(maxBackoffSeconds, firstBackoffSeconds * 2 ** (deliveries - 1))
  return Math.max(1, Math.ceil(Math.random() * ceiling))
}
