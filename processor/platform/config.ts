import { z } from "zod"

const positive = z.coerce.number().int().positive()

const schema = z.object({
  DATABASE_URL: z.url(),
  DATABASE_POOL_SIZE: positive.default(5),
  /** First segment of every object key; objects of other environments are not ours. */
  ENVIRONMENT: z.string().regex(/^[a-z0-9-]{1,32}$/),
  S3_ENDPOINT: z.url(),
  S3_BUCKET: z.string().min(3),
  S3_REGION: z.string().min(1),
  AWS_ACCESS_KEY_ID: z.string().min(1),
  AWS_SECRET_ACCESS_KEY: z.string().min(1),
  SQS_QUEUE_URL: z.url(),
  SQS_ENDPOINT: z.url().optional(),
  /** How long SQS hides a message from others; a heartbeat renews it while the photo is in hand. */
  SQS_VISIBILITY_TIMEOUT_SECONDS: positive.max(43_200).default(30),
  /** Photos in hand at once. Two cores are busy with three: one is decoded while another is fetched. */
  CONCURRENCY: positive.max(64).default(3),
  /** From claim to completion of one photo; after it the attempt is given up and retried. */
  PHOTO_TIMEOUT_SECONDS: positive.default(60),
  MAX_FILE_BYTES: positive.default(100 * 1024 * 1024),
  MAX_PIXELS: positive.default(300_000_000),
  /** Memory that all decodes under way may take together. */
  MAX_DECODED_BYTES: positive.default(400 * 1024 * 1024),
  /** Time for looking into one file; longer means a bomb. */
  EXAMINE_TIMEOUT_SECONDS: positive.default(30),
  HEALTH_PORT: z.coerce.number().int().nonnegative().max(65_535).default(8080),
  /** SIGTERM to exit. ECS kills after `stopTimeout` (30 s unless set), so stay below it. */
  STOP_GRACE_SECONDS: positive.default(25),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
})

export type Config = ReturnType<typeof shape>

/**
 * The processor's configuration from the environment.
 * @throws Error naming each variable that is missing or wrong, without its value
 */
export const configOf = (env: NodeJS.ProcessEnv): Config => {
  const result = schema.safeParse(env)
  if (!result.success) throw new Error(`Processor configuration: ${z.prettifyError(result.error)}`)
  return shape(result.data)
}

const shape = (env: z.infer<typeof schema>) => ({
  databaseUrl: env.DATABASE_URL,
  databasePoolSize: env.DATABASE_POOL_SIZE,
  environment: env.ENVIRONMENT,
  s3: { endpoint: env.S3_ENDPOINT, bucket: env.S3_BUCKET, region: env.S3_REGION },
  sqs: {
    endpoint: env.SQS_ENDPOINT ?? new URL(env.SQS_QUEUE_URL).origin,
    queueUrl: env.SQS_QUEUE_URL,
    visibilityTimeoutSeconds: env.SQS_VISIBILITY_TIMEOUT_SECONDS,
  },
  credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  concurrency: env.CONCURRENCY,
  photoTimeoutMs: env.PHOTO_TIMEOUT_SECONDS * 1000,
  maxFileBytes: env.MAX_FILE_BYTES,
  examination: {
    maxPixels: env.MAX_PIXELS,
    maxDecodedBytes: env.MAX_DECODED_BYTES,
    maxMs: env.EXAMINE_TIMEOUT_SECONDS * 1000,
  },
  healthPort: env.HEALTH_PORT,
  stopGraceMs: env.STOP_GRACE_SECONDS * 1000,
  logLevel: env.LOG_LEVEL,
})
