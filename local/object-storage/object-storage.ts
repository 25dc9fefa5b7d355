import { once } from "node:events"
import { mkdir } from "node:fs/promises"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { startFauxqs } from "fauxqs"
import { createFront } from "./front.ts"
import { objectCreatedEvent, type StoredObject } from "./object-created-event.ts"
import { upstreamAt } from "./upstream.ts"

export type ObjectStorage = {
  s3Endpoint: string
  sqsEndpoint: string
  queueUrl: string
  deadLetterQueueUrl: string
  stop: () => Promise<void>
}

export type ObjectStorageOptions = {
  /** Of S3, on 127.0.0.1; 0 takes any. */
  port: number
  /** Of SQS; 0 takes any. fauxqs can't be told an interface, so this one listens on all. */
  sqsPort: number
  dataDir: string
  region: string
  bucket: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  /** Origins whose pages may use the bucket; `*` is all. */
  corsOrigins: readonly string[]
  /** Keys of originals: only they raise events, as the rule of the deployment has it. */
  originalsPrefix: string
  queue: { name: string; deadLetterName: string; visibilityTimeoutSeconds: number; maxReceiveCount: number }
  /** False: a storage that notifies nobody. */
  events?: boolean
  now?: () => Date
}

const account = "000000000000"

/**
 * S3 and SQS on disk: fauxqs speaks both protocols, the front before S3 adds what AWS has and fauxqs lacks.
 * @throws Error (EADDRINUSE) when a port is taken
 */
export const startObjectStorage = async (options: ObjectStorageOptions): Promise<ObjectStorage> => {
  const { region, bucket, queue, now = () => new Date() } = options
  await mkdir(options.dataDir, { recursive: true })
  const emulator = await startFauxqs({
    port: options.sqsPort,
    logger: false,
    dataDir: join(options.dataDir, "queues"),
    s3StorageDir: join(options.dataDir, "objects"),
    defaultRegion: region,
    init: { region, buckets: [bucket], queues: queuesOf(queue, region) },
  })
  const upstream = upstreamAt(emulator.port)
  const onStored = (object: StoredObject) => {
    if (
      options.events !== false &&
      object.bucket === bucket &&
      object.key.startsWith(options.originalsPrefix)
    )
      emulator.sendMessage(queue.name, asciiJson(objectCreatedEvent(object, region, now())))
  }
  const verifier = { region, credentials: options.credentials, now }
  const front = createFront({ upstream, verifier, corsOrigins: options.corsOrigins, onStored })
  try {
    front.listen(options.port, "127.0.0.1")
    await once(front, "listening")
  } catch (error) {
    await emulator.stop()
    throw error
  }
  const sqsEndpoint = `http://127.0.0.1:${emulator.port}`
  return {
    s3Endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    sqsEndpoint,
    queueUrl: `${sqsEndpoint}/${account}/${queue.name}`,
    deadLetterQueueUrl: `${sqsEndpoint}/${account}/${queue.deadLetterName}`,
    stop: async () => {
      front.close()
      front.closeAllConnections()
      upstream.close()
      await emulator.stop()
    },
  }
}

// fauxqs refuses characters beyond U+FFFF in messages, which SQS takes; JSON can do without them.
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )

const queuesOf = (queue: ObjectStorageOptions["queue"], region: string) => [
  { name: queue.deadLetterName },
  {
    name: queue.name,
    attributes: {
      VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:${region}:${account}:${queue.deadLetterName}`,
        maxReceiveCount: queue.maxReceiveCount,
      }),
    },
  },
]
