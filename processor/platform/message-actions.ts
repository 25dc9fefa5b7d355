import {
  ChangeMessageVisibilityCommand,
  type Message,
  SendMessageCommand,
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
}

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
    sendCopy: async ({ Body: MessageBody, MessageId: messageId }, seconds) => {
      const copy = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, DelaySeconds: seconds })
      try {
        await sqs.send(copy)
        log.debug({ messageId, seconds }, "message deferred")
        return true
      } catch (err) {
        log.warn({ err, messageId }, "message not deferred")
        return false
      }
    },
  }
}
