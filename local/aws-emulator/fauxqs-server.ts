import { channel } from "node:diagnostics_channel"
import { join } from "node:path"
import { type FauxqsServer as Fauxqs, startFauxqs } from "fauxqs"
import { accountId } from "./s3/object-created-event.ts"

export type FauxqsServerOptions = {
  dataDir: string
  region: string
  bucket: string
  queue: { name: string; deadLetterName: string; visibilityTimeoutSeconds: number; maxReceiveCount: number }
}

/** fauxqs, to which the front servers forward requests. It serves S3 and SQS on one port without verifying requests. */
export type FauxqsServer = {
  port: number
  /** Directory of buckets and multipart uploads. */
  storageDir: string
  sendMessage: (queueName: string, body: string) => void
  stop: () => Promise<void>
}

/** The maximum file size of the product plus a margin. S3 accepts 5 GB in one PUT. */
const maxBodyBytes = 128 * 1024 * 1024

/** Starts fauxqs on a free port, with the data of earlier runs. */
export const startFauxqsServer = async (options: FauxqsServerOptions): Promise<FauxqsServer> => {
  const { region, bucket, queue } = options
  const storageDir = join(options.dataDir, "objects")
  const fauxqs = await adapted(() =>
    startFauxqs({
      port: 0,
      logger: false,
      dataDir: join(options.dataDir, "queues"),
      s3StorageDir: storageDir,
      defaultRegion: region,
      init: { region, buckets: [bucket], queues: [{ name: queue.deadLetterName }, { name: queue.name }] },
    }),
  )
  await configureQueue(fauxqs, options)
  return {
    port: fauxqs.port,
    storageDir,
    sendMessage: (queueName, body) => void fauxqs.sendMessage(queueName, body),
    stop: () => fauxqs.stop(),
  }
}

// A queue is kept across restarts, and the settings may have changed, so they are set at every start.
const configureQueue = async ({ port }: Fauxqs, { region, queue }: FauxqsServerOptions): Promise<void> => {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.SetQueueAttributes" },
    body: JSON.stringify({
      QueueUrl: `http://127.0.0.1:${port}/${accountId}/${queue.name}`,
      Attributes: {
        VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: `arn:aws:sqs:${region}:${accountId}:${queue.deadLetterName}`,
          maxReceiveCount: queue.maxReceiveCount,
        }),
      },
    }),
  })
  if (!response.ok) throw new Error(`The queue cannot be configured: ${await response.text()}`)
}

/** The parts of Fastify, on which fauxqs is built, that `adapted` uses. */
type Fastify = {
  addHook: (name: "onRoute", hook: (route: { bodyLimit?: number }) => void) => unknown
  listen: (options: { port: number; host: string }) => Promise<string>
}

/**
 * fauxqs listens on all interfaces and rejects bodies over 11 MiB, without options to change this. Fastify publishes
 * every new instance on a diagnostics channel, and fauxqs creates its instance before its first `await`:
 * https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks
 */
const adapted = (start: () => Promise<Fauxqs>): Promise<Fauxqs> => {
  const initialization = channel("fastify.initialization")
  const adapt = (message: unknown) => {
    const { fastify } = message as { fastify: Fastify }
    const listen = fastify.listen.bind(fastify)
    fastify.listen = ({ port }) => listen({ port, host: "127.0.0.1" })
    fastify.addHook("onRoute", (route) => {
      route.bodyLimit = maxBodyBytes
    })
  }
  initialization.subscribe(adapt)
  try {
    return start()
  } finally {
    initialization.unsubscribe(adapt)
  }
}
