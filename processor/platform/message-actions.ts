import {
  ChangeMessageVisibilityCommand,
  type Message,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SQSClient,
} from "@aws-sdk/client-sqs"
import type { Config } from "./config.ts"
import type { Logger } from "./log.ts"

/** Actions of a receiver on a message other than deleting it. Failures are logged and never thrown. */
export type MessageActions = {
  /** Hides a message for `seconds`; 0 makes it visible at once. */
  hide: (message: Message, seconds: number) => Promise<void>
  /** Keeps a message hidden until `stop` has resolved. */
  startHeartbeat: (message: Message) => { stop: () => Promise<void> }
  /** Sends a copy with a delay. Returns false when that failed and the message must be kept. */
  sendCopy: (message: Message, delaySeconds: number) => Promise<boolean>
  /** Sends a copy to a dead-letter queue. Returns false when that failed and the message must be kept. */
  sendToDeadLetters: (message: Message, deadLetterQueueUrl: string) => Promise<boolean>
}

/** How often the messages that a copy replaces were received without being deferred. */
export const earlierReceivesAttribute = "EarlierReceives"

/** How often the message was received, and the messages that it replaces. */
export const receiveCountOf = ({ Attributes, MessageAttributes }: Message): number =>
  Number(MessageAttributes?.[earlierReceivesAttribute]?.StringValue ?? 0) +
  Number(Attributes?.ApproximateReceiveCount ?? 1)

export const messageActionsOf = (
  sqs: SQSClient,
  { queueUrl, visibilityTimeoutSeconds }: Config["sqs"],
  log: Logger,
): MessageActions => {
  const hide: MessageActions["hide"] = async (message, seconds) => {
    const command = { QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: seconds }
    // If hiding fails, the message is only delivered sooner, and every handler is idempotent.
    await sqs
      .send(new ChangeMessageVisibilityCommand(command))
      .catch((error: unknown) =>
        log.warn({ err: error, messageId: message.MessageId }, "visibility not changed"),
      )
  }
  const copy = async (
    { Body: MessageBody, MessageId: messageId }: Message,
    target: Omit<SendMessageCommandInput, "MessageBody">,
  ): Promise<boolean> => {
    try {
      await sqs.send(new SendMessageCommand({ ...target, MessageBody }))
      return true
    } catch (err) {
      log.warn({ err, messageId }, "copy of the message not sent")
      return false
    }
  }
  return {
    hide,
    startHeartbeat: (message) => {
      let beat: Promise<void> = Promise.resolve()
      const timer = setInterval(
        () => {
          beat = hide(message, visibilityTimeoutSeconds)
        },
        (visibilityTimeoutSeconds * 1000) / 3,
      )
      return {
        stop: async () => {
          clearInterval(timer)
          await beat
        },
      }
    },
    sendCopy: async (message, seconds) => {
      const isSent = await copy(message, {
        QueueUrl: queueUrl,
        DelaySeconds: seconds,
        MessageAttributes: {
          // A deferral is no attempt, so the receive that it ends does not count.
          [earlierReceivesAttribute]: {
            DataType: "Number",
            StringValue: String(receiveCountOf(message) - 1),
          },
        },
      })
      if (isSent) log.debug({ messageId: message.MessageId, seconds }, "message deferred")
      return isSent
    },
    sendToDeadLetters: (message, deadLetterQueueUrl) => copy(message, { QueueUrl: deadLetterQueueUrl }),
  }
}
