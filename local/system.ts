import { join } from "node:path"
import { originalsPrefix } from "../aws/object-key-prefix.ts"
import { migrateDatabase } from "../db/migrate.ts"
import { startAwsEmulator } from "./aws-emulator/aws-emulator.ts"
import type { StorageFault } from "./aws-emulator/s3/s3-front.ts"
import { startEdge } from "./edge.ts"
import { localEventsSecret } from "./events-secret.ts"
import { type LocalPostgres, startPostgres } from "./postgres/postgres.ts"
import type { Child } from "./process/child-process.ts"
import { assertPortFree, freePort } from "./process/ports.ts"
import { startProcessor } from "./processor.ts"
import type { Settings } from "./settings.ts"
import { localSigningKey } from "./signing-key.ts"

/** The whole system on this machine. */
export type LocalSystem = {
  edgeUrl: string
  databaseUrl: string
  s3Endpoint: string
  sqsEndpoint: string
  queueUrl: string
  processorUrl: string
  /** Environment variables for any processor of this system, except its port. */
  processorVariables: Record<string, string>
  /** The running processor. */
  processor: () => Child
  /** Starts another processor after the previous one has exited. */
  restartProcessor: () => Promise<Child>
  /** Stops the edge and starts it again. Requests in progress fail. */
  restartEdge: () => Promise<void>
  /** Stops the local Postgres and starts it again. Its connections are lost. */
  restartDatabase: () => Promise<void>
  /** Stops every part, in reverse order of start. */
  stop: () => Promise<void>
}

/** Options of `startSystem` for tests and benchmarks. */
export type SystemOptions = {
  /** Whether the local S3 sends events. @default true */
  storageEvents?: boolean
  /** Returns the database URL for the edge, e.g. of a proxy in front of the database. */
  edgeDatabaseUrl?: (databaseUrl: string) => Promise<string>
  /** Additional variables of the Worker and the processor. */
  edgeVariables?: Record<string, string>
  processorVariables?: Record<string, string>
  /** Number of receives after which a message moves to the dead-letter queue. */
  maxReceiveCount?: number
  /** Makes requests to the local S3 fail. */
  storageFault?: StorageFault
  /** Returns the delays of the deliveries of a storage event: one message per entry, after that many ms. */
  eventDelaysMs?: () => readonly number[]
}

const environment = "local"
/** As in the recommended redrive policy of the queue (docs/operations.md). */
const defaultMaxReceiveCount = 10

/**
 * Starts Postgres, the AWS emulator, the edge and the processor, and migrates the schema. External services from the
 * settings replace local ones. If a part fails to start, the parts before it are stopped.
 * @throws Error that names a port in use and its setting, or the part that did not start and the reason
 */
export const startSystem = async (settings: Settings, options: SystemOptions = {}): Promise<LocalSystem> => {
  const { directory } = settings
  const ports = await portsOf(settings)
  const started: (() => Promise<unknown>)[] = []
  let database: LocalPostgres | undefined
  const stop = async () => {
    for (let end = started.pop(); end; end = started.pop()) await end()
  }
  try {
    const databaseUrl = settings.DATABASE_URL ?? (await startDatabase())
    await migrateDatabase(databaseUrl)
    const { deadLetterQueueUrl, hasStorageEvents, ...storage } = await startStorage()

    const shared = {
      ENVIRONMENT: environment,
      ...storage,
      S3_BUCKET: settings.S3_BUCKET,
      S3_REGION: settings.S3_REGION,
      AWS_ACCESS_KEY_ID: settings.AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: settings.AWS_SECRET_ACCESS_KEY,
    }
    const edgeUrl = `http://127.0.0.1:${ports.edge}`
    const eventsEndpointSecret = await localEventsSecret(directory)
    const edgeVariables = {
      ...shared,
      JWT_ISSUER: edgeUrl,
      JWT_AUDIENCE: "rapid-photo-upload",
      JWT_SIGNING_KEY: await localSigningKey(directory),
      EVENTS_ENDPOINT_SECRET: eventsEndpointSecret,
      CORS_ORIGINS: "*",
      // Everything runs on one machine, so processing photos slows the statements of the edge.
      MAX_DATABASE_LATENCY_MS: "5000",
      STORAGE_EVENTS: String(hasStorageEvents),
      ...options.edgeVariables,
    }
    const processorVariables = {
      ...shared,
      DATABASE_URL: databaseUrl,
      WEBHOOK_ALLOW_PRIVATE_TARGETS: "true",
      EVENTS_ENDPOINT_URL: `${edgeUrl}/internal/events`,
      EVENTS_ENDPOINT_SECRET: eventsEndpointSecret,
      ...(deadLetterQueueUrl && { SQS_DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl }),
      SQS_MAX_RECEIVE_COUNT: String(options.maxReceiveCount ?? defaultMaxReceiveCount),
      CONCURRENCY: String(settings.CONCURRENCY),
      PHOTO_TIMEOUT_SECONDS: String(settings.PHOTO_TIMEOUT_SECONDS),
      SQS_VISIBILITY_TIMEOUT_SECONDS: String(settings.SQS_VISIBILITY_TIMEOUT_SECONDS),
      ...options.processorVariables,
    }
    const launchProcessor = () =>
      startProcessor({ port: ports.processor, directory, variables: processorVariables })
    const edgeDatabaseUrl = (await options.edgeDatabaseUrl?.(databaseUrl)) ?? databaseUrl

    const launchEdge = () =>
      startEdge({ port: ports.edge, directory, databaseUrl: edgeDatabaseUrl, variables: edgeVariables })
    let edge = await launchEdge()
    started.push(() => edge.stop())
    let processor = await launchProcessor()
    started.push(() => processor.stop(processorGraceMs))
    return {
      edgeUrl,
      databaseUrl,
      s3Endpoint: storage.S3_ENDPOINT,
      sqsEndpoint: storage.SQS_ENDPOINT,
      queueUrl: storage.SQS_QUEUE_URL,
      processorUrl: `http://127.0.0.1:${ports.processor}`,
      processorVariables,
      processor: () => processor,
      restartProcessor: async () => {
        processor = await launchProcessor()
        return processor
      },
      restartEdge: async () => {
        await edge.stop()
        edge = await launchEdge()
      },
      restartDatabase: async () => {
        await database?.stop()
        database = await launchDatabase()
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }

  async function startDatabase(): Promise<string> {
    database = await launchDatabase()
    started.push(async () => database?.stop())
    return database.url
  }

  function launchDatabase() {
    return startPostgres({
      port: ports.postgres,
      dataDir: join(directory, "postgres"),
      database: "rapid_photo_upload",
    })
  }

  // One emulator provides S3 and SQS. Each can be replaced separately.
  async function startStorage() {
    const { S3_ENDPOINT, SQS_ENDPOINT, SQS_QUEUE_URL } = settings
    if (S3_ENDPOINT && SQS_QUEUE_URL)
      return {
        S3_ENDPOINT,
        SQS_QUEUE_URL,
        SQS_ENDPOINT: SQS_ENDPOINT ?? new URL(SQS_QUEUE_URL).origin,
        deadLetterQueueUrl: null,
        hasStorageEvents: false,
      }
    const local = await startAwsEmulator({
      port: ports.s3,
      sqsPort: ports.sqs,
      dataDir: join(directory, "object-storage"),
      region: settings.S3_REGION,
      bucket: settings.S3_BUCKET,
      credentials: {
        accessKeyId: settings.AWS_ACCESS_KEY_ID,
        secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
      },
      corsOrigins: ["*"],
      originalsPrefix: originalsPrefix(environment),
      queue: {
        name: "rapid-photo-upload",
        deadLetterName: "rapid-photo-upload-dead-letters",
        visibilityTimeoutSeconds: settings.SQS_VISIBILITY_TIMEOUT_SECONDS,
        maxReceiveCount: options.maxReceiveCount ?? defaultMaxReceiveCount,
      },
      events: options.storageEvents ?? true,
      eventDelaysMs: options.eventDelaysMs,
      fault: options.storageFault,
      accessLogFile: join(directory, "s3-access.jsonl"),
    })
    started.push(local.stop)
    return {
      S3_ENDPOINT: S3_ENDPOINT ?? local.s3Endpoint,
      SQS_QUEUE_URL: SQS_QUEUE_URL ?? local.queueUrl,
      // Only the local S3 sends events, and only to the local queue.
      hasStorageEvents: !S3_ENDPOINT && !SQS_QUEUE_URL && (options.storageEvents ?? true),
      deadLetterQueueUrl: SQS_QUEUE_URL ? null : local.deadLetterQueueUrl,
      SQS_ENDPOINT: SQS_QUEUE_URL ? (SQS_ENDPOINT ?? new URL(SQS_QUEUE_URL).origin) : local.sqsEndpoint,
    }
  }
}

/** Time in which the processor finishes the photos in progress. */
const processorGraceMs = 30_000

const portsOf = async (settings: Settings) => ({
  edge: await portOf(settings.EDGE_PORT, "EDGE_PORT"),
  s3: await portOf(settings.S3_PORT, "S3_PORT"),
  sqs: await portOf(settings.SQS_PORT, "SQS_PORT"),
  postgres: await portOf(settings.POSTGRES_PORT, "POSTGRES_PORT"),
  processor: await portOf(settings.PROCESSOR_PORT, "PROCESSOR_PORT"),
})

const portOf = async (port: number, setting: string): Promise<number> => {
  if (port === 0) return freePort()
  await assertPortFree(port, setting)
  return port
}
