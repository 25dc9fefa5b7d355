import { z } from "zod"

const seconds = z.coerce.number().int().positive()

// Every variable and secret of the Worker, parsed once. The local system fills them in `local/edge.ts`,
// a deployment in wrangler.toml and with `wrangler secret put`.
const schema = z.object({
  /** First segment of every object key: what separates deployments that share a bucket. */
  ENVIRONMENT: z.string().regex(/^[a-z0-9-]{1,32}$/),
  /** The connection proxy; query caching is off where it is created, since a status poll must see a change. */
  HYPERDRIVE: z.object({ connectionString: z.string().min(1) }),
  S3_ENDPOINT: z.url(),
  S3_BUCKET: z.string().min(3),
  S3_REGION: z.string().min(1),
  AWS_ACCESS_KEY_ID: z.string().min(1),
  AWS_SECRET_ACCESS_KEY: z.string().min(1),
  /** Where `finalize` leaves word for the processor. */
  SQS_QUEUE_URL: z.url(),
  /** Where SQS is reached, when that is not the queue URL's own host. */
  SQS_ENDPOINT: z.url().optional(),
  JWT_ISSUER: z.string().min(1),
  JWT_AUDIENCE: z.string().min(1),
  /** Private JWK (RFC 7517) with `kid` and `alg`; its public half is published. */
  JWT_SIGNING_KEY: z.string().transform((text, context) => {
    const key = signingKey.safeParse(parseJson(text))
    if (key.success) return key.data
    context.addIssue({ code: "custom", message: "must be a private JWK with kid and alg RS256 or ES256" })
    return z.NEVER
  }),
  ACCESS_TOKEN_TTL_SECONDS: seconds.default(900),
  UPLOAD_URL_TTL_SECONDS: seconds.max(604_800).default(900),
  DOWNLOAD_URL_TTL_SECONDS: seconds.max(604_800).default(900),
  /** Largest single file, in bytes. Above it a file needs multipart, which this version does not offer. */
  MAX_FILE_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(10 * 1024 * 1024),
})

const signingKey = z.looseObject({
  kty: z.enum(["RSA", "EC"]),
  kid: z.string().min(1),
  alg: z.enum(["RS256", "ES256"]),
  d: z.string().min(1),
})

export type Config = {
  environment: string
  databaseUrl: string
  s3: { endpoint: string; bucket: string; region: string }
  sqs: { endpoint: string; queueUrl: string }
  credentials: { accessKeyId: string; secretAccessKey: string }
  jwt: {
    issuer: string
    audience: string
    signingKey: z.infer<typeof signingKey>
    accessTokenTtlSeconds: number
  }
  uploadUrlTtlSeconds: number
  downloadUrlTtlSeconds: number
  maxFileBytes: number
}

const parsed = new WeakMap<object, Config>()

/**
 * The Worker's configuration, parsed at the first request of an isolate.
 * @throws Error naming each variable that is missing or wrong, without its value
 */
export const configOf = (env: object): Config => {
  const known = parsed.get(env)
  if (known) return known
  const result = schema.safeParse(env)
  if (!result.success) throw new Error(`Worker configuration: ${z.prettifyError(result.error)}`)
  const config = shape(result.data)
  parsed.set(env, config)
  return config
}

const shape = (env: z.infer<typeof schema>): Config => ({
  environment: env.ENVIRONMENT,
  databaseUrl: env.HYPERDRIVE.connectionString,
  s3: { endpoint: env.S3_ENDPOINT, bucket: env.S3_BUCKET, region: env.S3_REGION },
  sqs: { endpoint: env.SQS_ENDPOINT ?? new URL(env.SQS_QUEUE_URL).origin, queueUrl: env.SQS_QUEUE_URL },
  credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  jwt: {
    issuer: env.JWT_ISSUER,
    audience: env.JWT_AUDIENCE,
    signingKey: env.JWT_SIGNING_KEY,
    accessTokenTtlSeconds: env.ACCESS_TOKEN_TTL_SECONDS,
  },
  uploadUrlTtlSeconds: env.UPLOAD_URL_TTL_SECONDS,
  downloadUrlTtlSeconds: env.DOWNLOAD_URL_TTL_SECONDS,
  maxFileBytes: env.MAX_FILE_BYTES,
})

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
