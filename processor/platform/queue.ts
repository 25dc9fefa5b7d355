import { ChangeMessageVisibilityCommand, type Message, SQSClient } from "@aws-sdk/client-sqs"
import { Consumer } from "sqs-consumer"
import { awsClientConfig } from "./aws-client.ts"
import type { Config } from "./config.ts"
import type { Logger } from "./log.ts"

/** What is to become of a message. Handlers answer; they do not throw policy. */
export type Verdict =
  | { kind: "done" }
  /** To be delivered again: after `afterMs`, or after a backoff that grows with every delivery. */
  | { kind: "retry"; reason: string; afterMs?: number }
  /** Never to be delivered again, although nothing came of it. */
  | { kind: "discard"; reason: string }

export type MessageHandler = (
  body: string,
  messageId: string,
  /** When it was first sent, in ms since the epoch. */
  sentAtMs: number,
) => Promise<Verdict>

export type Queue = {
  /** Stops receiving at once and resolves when what is in hand has got its verdict. */
  stop: () => Promise<void>
}

const longPollSeconds = 20
const firstBackoffSeconds = 2
const longestBackoffSeconds = 300

/**
 * Receives with as many long polls as photos may be in hand, one message each, so that nothing lies received
 * but untouched. A message is deleted after its verdict; SQS shows it to another receiver when its visibility
 * lapses, which a heartbeat prevents for as long as the handler works.
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
  const visibility = visibilityOf(sqs, config.sqs, log)
  const slots = Array.from({ length: config.concurrency }, () =>
    startSlot(sqs, config.sqs, visibility, handle, log),
  )
  return {
    stop: async () => {
      await Promise.all(slots.map((slot) => slot.stop()))
      sqs.destroy()
    },
  }
}

type Visibility = ReturnType<typeof visibilityOf>

const startSlot = (
  sqs: SQSClient,
  { queueUrl, visibilityTimeoutSeconds }: Config["sqs"],
  visibility: Visibility,
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
      return (await settle(message, visibility, handle, log)) ? message : undefined
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
      // Aborting would also abort the deletion of a message in hand, so only an idle long poll is aborted.
      const processed =
        isBusy && new Promise<void>((resolve) => consumer.once("response_processed", () => resolve()))
      consumer.stop({ abort: !isBusy })
      await processed
    },
  }
}

/** True when the message may be deleted. */
const settle = async (
  message: Message,
  visibility: Visibility,
  handle: MessageHandler,
  log: Logger,
): Promise<boolean> => {
  const heartbeat = visibility.keep(message)
  const sentAtMs = Number(message.Attributes?.SentTimestamp ?? 0)
  const verdict = await handle(message.Body ?? "", message.MessageId ?? "", sentAtMs).catch(
    (error: unknown): Verdict => {
      log.error({ err: error, messageId: message.MessageId }, "message handler threw")
      return { kind: "retry", reason: "unexpected error" }
    },
  )
  // A heartbeat still under way would overwrite the backoff.
  await heartbeat.stop()
  if (verdict.kind === "retry") {
    const seconds =
      verdict.afterMs === undefined ? backoffSeconds(message) : Math.ceil(verdict.afterMs / 1000)
    await visibility.set(message, seconds)
    log.warn({ messageId: message.MessageId, reason: verdict.reason, seconds }, "message will be retried")
  }
  if (verdict.kind === "discard")
    log.warn({ messageId: message.MessageId, reason: verdict.reason }, "message discarded")
  return verdict.kind !== "retry"
}

const visibilityOf = (sqs: SQSClient, { queueUrl, visibilityTimeoutSeconds }: Config["sqs"], log: Logger) => {
  const set = async (message: Message, seconds: number): Promise<void> => {
    const command = { QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: seconds }
    // Failing to hide a message only means that it comes back sooner, and every handler is idempotent.
    await sqs
      .send(new ChangeMessageVisibilityCommand(command))
      .catch((error: unknown) =>
        log.warn({ err: error, messageId: message.MessageId }, "visibility not changed"),
      )
  }
  const keep = (message: Message) => {
    let beat: Promise<void> = Promise.resolve()
    const timer = setInterval(
      () => {
        beat = set(message, visibilityTimeoutSeconds)
      },
      (visibilityTimeoutSeconds * 1000) / 3,
    )
    return {
      stop: async () => {
        clearInterval(timer)
        await beat
      },
    }
  }
  return { set, keep }
}

// Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
const backoffSeconds = (message: Message): number => {
  const deliveries = Number(message.Attributes?.ApproximateReceiveCount ?? 1)
  const ceiling = Math.min(longestBackoffSeconds, firstBackoffSeconds * 2 ** (deliveries - 1))
  return Math.max(1, Math.ceil(Math.random() * ceiling))
}
