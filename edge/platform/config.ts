import type { DurableObjectNamespace } from "@cloudflare/workers-types"
import { z } from "zod"

const positive = z.coerce.number().int().positive()
const seconds = positive

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
    context.addIssue({
      code: "custom",
      message: "must be a private JWK with kid and alg RS256, ES256 or HS256",
    })
    return z.NEVER
  }),
  /** JWKS (RFC 7517) of further keys that sign tokens we still, or already, accept: how keys are rolled. */
  JWT_VERIFICATION_KEYS: z
    .string()
    .default('{"keys":[]}')
    .transform((text, context) => {
      const set = z.object({ keys: z.array(verificationKey) }).safeParse(parseJson(text))
      if (set.success) return set.data.keys
      context.addIssue({ code: "custom", message: "must be a JWKS of keys with kid and alg" })
      return z.NEVER
    }),
  /** JSON list of foreign OpenID providers whose access tokens are taken. */
  OIDC_ISSUERS: z
    .string()
    .default("[]")
    .transform((text, context) => {
      const issuers = z.array(oidcIssuer).safeParse(parseJson(text))
      if (issuers.success) return issuers.data
      context.addIssue({ code: "custom", message: "must be a JSON list of {issuer, audience, scopes?}" })
      return z.NEVER
    }),
  ACCESS_TOKEN_TTL_SECONDS: seconds.default(900),
  /** From sign-in; rotation does not prolong it. */
  REFRESH_TOKEN_TTL_SECONDS: seconds.default(30 * 86_400),
  UPLOAD_URL_TTL_SECONDS: seconds.max(604_800).default(900),
  DOWNLOAD_URL_TTL_SECONDS: seconds.max(86_400).default(900),
  /** Within such a span an object has one download URL, so that ETags and caches of what holds it stay good. */
  DOWNLOAD_URL_STABLE_SECONDS: seconds.max(86_400).default(300),
  /** Largest file, in bytes. */
  MAX_FILE_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(100 * 1024 * 1024),
  /** Upload jobs a user may create in a minute, and progress posts in a second. */
  CREATE_JOBS_PER_MINUTE: positive.default(10),
  PROGRESS_POSTS_PER_SECOND: positive.default(20),
  /** Attempts to sign in, in ten minutes, for one account and from one address. */
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: positive.default(10),
  SIGN_IN_ATTEMPTS_PER_ADDRESS: positive.default(100),
  /** Messages that wait in the queue before no more uploads are promised; promised again below four fifths. */
  MAX_QUEUE_DEPTH: positive.default(50_000),
  /** Share of the database's connections at work before no more uploads are promised. */
  MAX_DATABASE_LOAD: z.coerce.number().positive().max(1).default(0.9),
  /** Origins of web apps that may call, separated by commas; `*` for any. */
  CORS_ORIGINS: z
    .string()
    .default("")
    .transform((text) => text.split(",").map((origin) => origin.trim()))
    .transform((origins) => origins.filter((origin) => origin !== "")),
  USER_CHANNEL: z.custom<DurableObjectNamespace>((value) => value !== undefined, "must be bound"),
  SIGN_IN_LIMITER: z.custom<DurableObjectNamespace>((value) => value !== undefined, "must be bound"),
})

const kid = z.string().min(1)
const rsaKey = z.looseObject({
  kty: z.literal("RSA"),
  alg: z.literal("RS256"),
  kid,
  n: z.string(),
  e: z.string(),
})
const ecKey = z.looseObject({
  kty: z.literal("EC"),
  alg: z.literal("ES256"),
  kid,
  x: z.string(),
  y: z.string(),
})
// RFC 7518 §3.2: a key for HS256 has at least 256 bits.
const hmacKey = z.looseObject({ kty: z.literal("oct"), alg: z.literal("HS256"), kid, k: z.string().min(43) })

const verificationKey = z.discriminatedUnion("kty", [rsaKey, ecKey, hmacKey])

const signingKey = z.discriminatedUnion("kty", [
  rsaKey.extend({ d: z.string().min(1) }),
  ecKey.extend({ d: z.string().min(1) }),
  hmacKey,
])

const oidcIssuer = z.object({
  issuer: z.url(),
  audience: z.string().min(1),
  /** Granted to every token of the issuer; without it the token's own `scope` claim counts. */
  scopes: z.array(z.enum(["photos:read", "photos:write"])).optional(),
})

export type VerificationKey = z.infer<typeof verificationKey>
export type OidcIssuer = z.infer<typeof oidcIssuer>

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
    verificationKeys: readonly VerificationKey[]
    oidcIssuers: readonly OidcIssuer[]
    accessTokenTtlSeconds: number
    refreshTokenTtlSeconds: number
  }
  uploadUrlTtlSeconds: number
  downloadUrlTtlSeconds: number
  downloadUrlStableSeconds: number
  maxFileBytes: number
  limits: {
    createJobsPerMinute: number
    progressPostsPerSecond: number
    signInAttemptsPerAccount: number
    signInAttemptsPerAddress: number
  }
  loadGate: { maxQueueDepth: number; maxDatabaseLoad: number }
  corsOrigins: readonly string[]
  userChannels: DurableObjectNamespace
  signInLimiters: DurableObjectNamespace
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
    verificationKeys: env.JWT_VERIFICATION_KEYS,
    oidcIssuers: env.OIDC_ISSUERS,
    accessTokenTtlSeconds: env.ACCESS_TOKEN_TTL_SECONDS,
    refreshTokenTtlSeconds: env.REFRESH_TOKEN_TTL_SECONDS,
  },
  uploadUrlTtlSeconds: env.UPLOAD_URL_TTL_SECONDS,
  downloadUrlTtlSeconds: env.DOWNLOAD_URL_TTL_SECONDS,
  downloadUrlStableSeconds: env.DOWNLOAD_URL_STABLE_SECONDS,
  maxFileBytes: env.MAX_FILE_BYTES,
  limits: {
    createJobsPerMinute: env.CREATE_JOBS_PER_MINUTE,
    progressPostsPerSecond: env.PROGRESS_POSTS_PER_SECOND,
    signInAttemptsPerAccount: env.SIGN_IN_ATTEMPTS_PER_ACCOUNT,
    signInAttemptsPerAddress: env.SIGN_IN_ATTEMPTS_PER_ADDRESS,
  },
  loadGate: { maxQueueDepth: env.MAX_QUEUE_DEPTH, maxDatabaseLoad: env.MAX_DATABASE_LOAD },
  corsOrigins: env.CORS_ORIGINS,
  userChannels: env.USER_CHANNEL,
  signInLimiters: env.SIGN_IN_LIMITER,
})

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
