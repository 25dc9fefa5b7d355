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

/** fauxqs behind the fronts: it speaks S3 and SQS on one port of this machine, and believes everything. */
export type FauxqsServer = {
  port: number
  /** Where it keeps buckets and multipart uploads. */
  storageDir: string
  sendMessage: (queueName: string, body: string) => void
  stop: () => Promise<void>
}

/** S3 takes 5 GB in one PUT; here it is what the product promises, and a margin. */
const maxBodyBytes = 128 * 1024 * 1024

/** Starts fauxqs on any free port, with what it kept from before. */
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

// A queue outlives a restart, so its attributes are set anew each time: they may have been changed in between.
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
  if (!response.ok) throw new Error(`The queue can't be configured: ${await response.text()}`)
}

/** What of Fastify, on which fauxqs is built, is needed to adapt it. */
type Fastify = {
  addHook: (name: "onRoute", hook: (route: { bodyLimit?: number }) => void) => unknown
  listen: (options: { port: number; host: string }) => Promise<string>
}

/**
 * fauxqs listens on all interfaces and refuses bodies over 11 MiB, and has no option for either. Fastify hands out
 * every new instance for just such a change, and fauxqs makes its own before the first `await`:
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
