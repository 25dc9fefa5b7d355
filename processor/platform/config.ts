import * as z from "zod"
import { environmentPattern } from "../../aws/object-key-prefix.ts"

const positive = z.coerce.number().int().positive()

export const processorVariables = z
  .object({
    DATABASE_URL: z.url().describe("Connection URL of Postgres."),
    DATABASE_POOL_SIZE: positive.default(5).describe("Database connections in the pool."),
    ENVIRONMENT: z
      .string()
      .regex(environmentPattern)
      .describe("First segment of every object key. Objects of other environments are ignored."),
    S3_ENDPOINT: z
      .url()
      .optional()
      .describe("Endpoint of the object storage, if it differs from that of AWS in `S3_REGION`."),
    S3_BUCKET: z.string().min(3).describe("Bucket of originals and thumbnails."),
    S3_REGION: z.string().min(1).describe("Region of the bucket, the queue and the event bus."),
    AWS_ACCESS_KEY_ID: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Access key for S3, SQS and EventBridge. If absent, the AWS SDK uses its default credential chain: profile, web identity, or the role of the ECS task.",
      ),
    AWS_SECRET_ACCESS_KEY: z.string().min(1).optional().describe("Secret. Belongs to `AWS_ACCESS_KEY_ID`."),
    AWS_SESSION_TOKEN: z.string().min(1).optional().describe("Secret. Token of temporary credentials."),
    SQS_QUEUE_URL: z.url().describe("Queue of the messages about stored originals."),
    SQS_ENDPOINT: z
      .url()
      .optional()
      .describe("Endpoint of SQS, if it differs from the host of the queue URL."),
    SQS_VISIBILITY_TIMEOUT_SECONDS: positive
      .max(43_200)
      .default(30)
      .describe(
        "How long SQS hides a received message. A heartbeat extends it while the photo is processed.",
      ),
    CONCURRENCY: positive
      .max(64)
      .default(3)
      .describe(
        "Photos processed in parallel. Three keep two cores busy, because photos are downloaded while others are decoded.",
      ),
    PHOTO_TIMEOUT_SECONDS: positive
      .default(60)
      .describe(
        "Time limit for one attempt to process one photo. An attempt that exceeds it is stopped and retried.",
      ),
    MAX_FILE_BYTES: positive.default(100 * 1024 * 1024).describe("Largest accepted file, in bytes."),
    MAX_PIXELS: positive.default(300_000_000).describe("Largest accepted image, in pixels."),
    MAX_DECODED_BYTES: positive
      .default(480 * 1024 * 1024)
      .describe("Memory limit of all decoders together, in bytes."),
    EXAMINE_TIMEOUT_SECONDS: positive
      .default(30)
      .describe("Time limit for decoding and checking one file. If it is exceeded, the photo is FAILED."),
    SQS_DEAD_LETTER_QUEUE_URL: z
      .url()
      .optional()
      .describe(
        "Dead-letter queue. Photos whose messages arrive there become FAILED, so that every job finishes.",
      ),
    SQS_MAX_RECEIVE_COUNT: positive
      .max(1000)
      .default(10)
      .describe(
        "How often a message may be received before it moves to `SQS_DEAD_LETTER_QUEUE_URL`. For a delayed copy of a message, the receives of both count. Set it to `maxReceiveCount` of the queue's redrive policy.",
      ),
    DEAD_LETTER_REVISIT_SECONDS: positive
      .max(43_200)
      .default(300)
      .describe("How long a message of the dead-letter queue is hidden after it was read."),
    SWEEP_EVERY_SECONDS: positive.default(30).describe("Pause between two sweeps."),
    SWEEP_QUIET_SECONDS: positive
      .default(120)
      .describe("A sweep checks the photos that have not changed for this long."),
    UPLOAD_BOUND_SECONDS: positive
      .default(86_400)
      .describe("Age at which a photo that is not uploaded becomes FAILED with EXPIRED."),
    PROCESSING_BOUND_SECONDS: positive
      .default(21_600)
      .describe(
        "Age at which a photo that is still PROCESSING is queued a last time. If that fails, it becomes FAILED with PROCESSING_ERROR.",
      ),
    LATE_OBJECT_SECONDS: positive
      .default(3_600)
      .describe(
        "How long after cancellation or expiry a sweep looks for objects that arrive late. Must exceed `UPLOAD_URL_TTL_SECONDS` of the edge.",
      ),
    ORPHAN_GRACE_SECONDS: positive
      .default(86_400)
      .describe("Age at which an object without a photo in the database is removed."),
    ORPHAN_MAX_COUNT: z.coerce
      .number()
      .int()
      .nonnegative()
      .default(100)
      .describe(
        "If more objects have no photo, a sweep removes none of them until `npm run ops -- confirm-orphans COUNT` allows it.",
      ),
    ORPHAN_MAX_SHARE: z.coerce
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe("The same limit as a fraction of all objects in the bucket."),
    WEBHOOK_ALLOW_PRIVATE_TARGETS: z
      .stringbool()
      .default(false)
      .describe("Allows webhooks to private addresses. For development and tests only."),
    EVENTS_ENDPOINT_URL: z.url().describe("URL of the edge's `POST /internal/events`."),
    EVENTS_ENDPOINT_SECRET: z
      .string()
      .startsWith("whsec_")
      .describe("Secret. Signs the events that are sent to the edge. Must equal the value of the edge."),
    EVENT_BUS_NAME: z.string().min(1).optional().describe("EventBridge bus to which every event is sent."),
    EVENT_BUS_ENDPOINT: z
      .url()
      .optional()
      .describe("Endpoint of EventBridge, if it differs from that of AWS in `S3_REGION`."),
    HEALTH_PORT: z.coerce
      .number()
      .int()
      .nonnegative()
      .max(65_535)
      .default(8080)
      .describe("Port of `/healthz` and `/readyz`. 0: any free port."),
    STOP_GRACE_SECONDS: positive
      .min(5)
      .default(25)
      .describe(
        "Time limit from SIGTERM to exit. Photos that are not finished after a third of it are returned to the queue for another process. Keep it at least 3 s below the `stopTimeout` of ECS (default 30 s).",
      ),
    LOG_LEVEL: z
      .enum(["debug", "info", "warn", "error"])
      .default("info")
      .describe("Lowest level of messages that are logged: `debug`, `info`, `warn` or `error`."),
  })
  .refine((env) => (env.AWS_ACCESS_KEY_ID === undefined) === (env.AWS_SECRET_ACCESS_KEY === undefined), {
    message: "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither",
  })

export type Config = ReturnType<typeof toConfig>

/** Environment variables are missing or invalid. The message names each, without its value. */
export class InvalidConfiguration extends Error {
  override name = "InvalidConfiguration"
}

/**
 * The processor's configuration from the environment.
 * @throws InvalidConfiguration when a variable is missing or invalid
 */
export const configOf = (env: NodeJS.ProcessEnv): Config => {
  const result = processorVariables.safeParse(env)
  if (!result.success)
    throw new InvalidConfiguration(`Processor configuration: ${z.prettifyError(result.error)}`)
  return toConfig(result.data)
}

const toConfig = (env: z.infer<typeof processorVariables>) => ({
  databaseUrl: env.DATABASE_URL,
  databasePoolSize: env.DATABASE_POOL_SIZE,
  environment: env.ENVIRONMENT,
  s3: { endpoint: env.S3_ENDPOINT, bucket: env.S3_BUCKET, region: env.S3_REGION },
  sqs: {
    endpoint: env.SQS_ENDPOINT ?? new URL(env.SQS_QUEUE_URL).origin,
    queueUrl: env.SQS_QUEUE_URL,
    visibilityTimeoutSeconds: env.SQS_VISIBILITY_TIMEOUT_SECONDS,
  },
  concurrency: env.CONCURRENCY,
  photoTimeoutMs: env.PHOTO_TIMEOUT_SECONDS * 1000,
  maxFileBytes: env.MAX_FILE_BYTES,
  examination: {
    maxPixels: env.MAX_PIXELS,
    maxDecodedBytes: env.MAX_DECODED_BYTES,
    maxMs: env.EXAMINE_TIMEOUT_SECONDS * 1000,
  },
  deadLetters: env.SQS_DEAD_LETTER_QUEUE_URL
    ? {
        queueUrl: env.SQS_DEAD_LETTER_QUEUE_URL,
        maxReceiveCount: env.SQS_MAX_RECEIVE_COUNT,
        revisitAfterMs: env.DEAD_LETTER_REVISIT_SECONDS * 1000,
      }
    : null,
  sweep: {
    everyMs: env.SWEEP_EVERY_SECONDS * 1000,
    bounds: {
      quietMs: env.SWEEP_QUIET_SECONDS * 1000,
      uploadMs: env.UPLOAD_BOUND_SECONDS * 1000,
      processingMs: env.PROCESSING_BOUND_SECONDS * 1000,
      lateObjectMs: env.LATE_OBJECT_SECONDS * 1000,
      orphanMs: env.ORPHAN_GRACE_SECONDS * 1000,
      maxOrphans: env.ORPHAN_MAX_COUNT,
      maxOrphanShare: env.ORPHAN_MAX_SHARE,
    },
  },
  allowPrivateWebhookTargets: env.WEBHOOK_ALLOW_PRIVATE_TARGETS,
  eventsEndpoint: { url: env.EVENTS_ENDPOINT_URL, secret: env.EVENTS_ENDPOINT_SECRET },
  eventBus: env.EVENT_BUS_NAME ? { busName: env.EVENT_BUS_NAME, endpoint: env.EVENT_BUS_ENDPOINT } : null,
  healthPort: env.HEALTH_PORT,
  stopGraceMs: env.STOP_GRACE_SECONDS * 1000,
  logLevel: env.LOG_LEVEL,
})
