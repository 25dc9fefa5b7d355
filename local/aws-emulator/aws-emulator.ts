import { mkdir } from "node:fs/promises"
import { type FauxqsServerOptions, startFauxqsServer } from "./fauxqs-server.ts"
import { close, listen } from "./listen.ts"
import { openAccessLog } from "./s3/access-log.ts"
import { conditionalWrites } from "./s3/conditional-writes.ts"
import { multipartUploadsIn } from "./s3/multipart-uploads.ts"
import { accountId, objectCreatedEvents, type StoredObject } from "./s3/object-created-event.ts"
import { createS3Front, type StorageFault } from "./s3/s3-front.ts"
import { upstreamAt } from "./s3/upstream.ts"
import type { Credentials } from "./sigv4/verify-request.ts"
import { fauxqsQueues } from "./sqs/fauxqs-queues.ts"
import { createSqsFront } from "./sqs/sqs-front.ts"

export type AwsEmulator = {
  s3Endpoint: string
  sqsEndpoint: string
  queueUrl: string
  deadLetterQueueUrl: string
  stop: () => Promise<void>
}

export type AwsEmulatorOptions = FauxqsServerOptions & {
  /** Port of S3 on 127.0.0.1; 0 selects a free port. */
  port: number
  /** Port of SQS on 127.0.0.1; 0 selects a free port. */
  sqsPort: number
  credentials: Credentials
  /** Allowed CORS origins, with at most one `*` each, as in the rules of a bucket. */
  corsOrigins: readonly string[]
  /** Key prefix of the originals. Only objects under it cause events, as with the EventBridge rule of a deployment. */
  originalsPrefix: string
  /** Whether stored objects cause events. @default true */
  events?: boolean
  /** Returns the delays of the deliveries of an event: one message per entry, after that many ms. @default [0] */
  eventDelaysMs?: (() => readonly number[]) | undefined
  fault?: StorageFault | undefined
  /** File that gets one JSON line per request to S3 with a valid signature. */
  accessLogFile?: string | undefined
  now?: () => Date
}

/**
 * Starts S3 and SQS on disk. fauxqs implements both protocols without verifying requests; a server in front of each adds
 * the checks that AWS makes (README.md). Objects, open uploads and messages are kept across restarts.
 * @throws Error with the code EADDRINUSE that names a taken port
 */
export const startAwsEmulator = async (options: AwsEmulatorOptions): Promise<AwsEmulator> => {
  const { region, credentials, queue, now = () => new Date() } = options
  await mkdir(options.dataDir, { recursive: true })
  const emulator = await startFauxqsServer(options)
  const upstream = upstreamAt(emulator.port)
  const queues = fauxqsQueues(emulator.port)
  const accessLog = options.accessLogFile === undefined ? null : await openAccessLog(options.accessLogFile)

  const s3 = createS3Front({
    storage: {
      upstream,
      uploads: multipartUploadsIn(emulator.storageDir),
      writes: conditionalWrites(upstream.head),
      onStored: objectCreatedSender(options, now, (event) => {
        const deliver = () => {
          emulator.sendMessage(queue.name, event)
          queues.wake()
        }
        for (const delayMs of options.eventDelaysMs?.() ?? [0])
          if (delayMs === 0) deliver()
          else setTimeout(deliver, delayMs).unref()
      }),
    },
    verifier: { service: "s3", region, credentials, now },
    corsOrigins: options.corsOrigins,
    fault: options.fault,
    onAnswered: accessLog?.write,
  })
  const sqs = createSqsFront({
    queues,
    verifier: { service: "sqs", region, credentials, now },
  })
  const stop = async () => {
    await Promise.all([s3, sqs].filter((front) => front.listening).map(close))
    upstream.close()
    await accessLog?.close()
    await emulator.stop()
  }
  try {
    const s3Endpoint = await listen(s3, options.port, "S3")
    const sqsEndpoint = await listen(sqs, options.sqsPort, "SQS")
    const urlOf = (queueName: string) => `${sqsEndpoint}/${accountId}/${queueName}`
    return {
      s3Endpoint,
      sqsEndpoint,
      queueUrl: urlOf(queue.name),
      deadLetterQueueUrl: urlOf(queue.deadLetterName),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Sends an event per stored original. */
const objectCreatedSender = (
  { events = true, bucket, originalsPrefix, region }: AwsEmulatorOptions,
  now: () => Date,
  send: (event: string) => void,
) => {
  const eventOf = objectCreatedEvents({ region, now })
  return (object: StoredObject): void => {
    if (events && object.bucket === bucket && object.key.startsWith(originalsPrefix))
      send(asciiJson(eventOf(object)))
  }
}

// fauxqs rejects characters above U+FFFF in messages, but SQS accepts them. JSON can escape them.
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
