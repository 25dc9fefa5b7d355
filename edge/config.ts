import type { DurableObjectNamespace, Fetcher, RateLimit } from "@cloudflare/workers-types"
import * as z from "zod"
import { environmentPattern } from "../aws/object-key-prefix.ts"
import {
  type PublicKey,
  publicKey,
  type SigningKey,
  signingKey,
  type VerificationKey,
  verificationKey,
} from "./keys/key-schema.ts"

const positive = z.coerce.number().int().positive()
const seconds = positive

// Every variable, secret and binding of the Worker, parsed once. docs/configuration.md is generated from it. `npm start`
// sets them in local/system.ts; a deployment sets them in wrangler.toml and with `wrangler secret put`.
export const workerVariables = z.object({
  ENVIRONMENT: z
    .string()
    .regex(environmentPattern)
    .describe("First segment of every object key. Deployments that share a bucket need different values."),
  HYPERDRIVE: z
    .object({ connectionString: z.string().min(1) })
    .describe(
      "Binding of Hyperdrive, the connection proxy. Create it with query caching disabled, because a status poll must see every change.",
    ),
  S3_ENDPOINT: z.url().describe("Endpoint of the object storage. Clients must be able to reach it."),
  S3_BUCKET: z.string().min(3).describe("Bucket of originals and thumbnails."),
  S3_REGION: z.string().min(1).describe("Region of the bucket and the queue."),
  AWS_ACCESS_KEY_ID: z
    .string()
    .min(1)
    .describe("Secret. Access key with permissions for the bucket and the queue; see operations.md."),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).describe("Secret. Belongs to `AWS_ACCESS_KEY_ID`."),
  AWS_SESSION_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe("Secret. Token of temporary credentials; presigned URLs contain it and expire with it."),
  STORAGE_EVENTS: z
    .enum(["true", "false"])
    .default("true")
    .transform((text) => text === "true")
    .describe(
      "Whether the bucket sends an event to the queue for each stored object. If not, clients must finalize every upload.",
    ),
  SQS_QUEUE_URL: z.url().describe("Queue to which `finalize` sends messages for the processor."),
  SQS_ENDPOINT: z.url().optional().describe("Endpoint of SQS, if it differs from the host of the queue URL."),
  JWT_ISSUER: z.string().min(1).describe("`iss` claim of issued access tokens."),
  JWT_AUDIENCE: z.string().min(1).describe("`aud` claim of issued access tokens."),
  JWT_SIGNING_KEY: z
    .string()
    .transform((text, context) => {
      const key = signingKey.safeParse(parseJson(text))
      if (key.success) return key.data
      context.addIssue({
        code: "custom",
        message: "must be a private JWK with kid and alg RS256, ES256 or HS256",
      })
      return z.NEVER
    })
    .describe(
      "Secret. Private JWK (RFC 7517) with `kid` and `alg` that signs access tokens. `/.well-known/jwks.json` publishes its public key.",
    ),
  JWT_VERIFICATION_KEYS: z
    .string()
    .default('{"keys":[]}')
    .transform((text, context) => {
      const set = z.object({ keys: z.array(verificationKey) }).safeParse(parseJson(text))
      if (set.success) return set.data.keys
      context.addIssue({ code: "custom", message: "must be a JWKS of keys with kid and alg" })
      return z.NEVER
    })
    .describe("JWKS (RFC 7517) of additional keys whose tokens are accepted, for key rotation."),
  RETIRED_SIGNING_KEYS: z
    .string()
    .default('{"keys":[]}')
    .transform((text, context) => {
      const set = z.object({ keys: z.array(publicKey) }).safeParse(parseJson(text))
      if (set.success) return set.data.keys
      context.addIssue({
        code: "custom",
        message: "must be a JWKS of public keys with kid and alg RS256 or ES256",
      })
      return z.NEVER
    })
    .describe(
      "JWKS (RFC 7517) of public keys that signed receipts in the past. `/.well-known/jwks.json` publishes them, so that old receipts can be verified. Tokens signed by them are not accepted.",
    ),
  OIDC_ISSUERS: z
    .string()
    .default("[]")
    .transform((text, context) => {
      const issuers = z.array(oidcIssuer).safeParse(parseJson(text))
      if (issuers.success) return issuers.data
      context.addIssue({ code: "custom", message: "must be a JSON list of {issuer, audience, scopes?}" })
      return z.NEVER
    })
    .describe(
      "JSON list of external OpenID providers whose access tokens are accepted: `{issuer, audience, scopes?}`.",
    ),
  ACCESS_TOKEN_TTL_SECONDS: seconds.default(900).describe("Lifetime of an access token."),
  REFRESH_TOKEN_TTL_SECONDS: seconds
    .default(30 * 86_400)
    .describe("Lifetime of a sign-in. Refreshing the tokens does not extend it."),
  UPLOAD_URL_TTL_SECONDS: seconds.max(604_800).default(900).describe("Lifetime of a presigned upload URL."),
  DOWNLOAD_URL_TTL_SECONDS: seconds
    .max(86_400)
    .default(900)
    .describe("Lifetime of a presigned download URL."),
  DOWNLOAD_URL_STABLE_SECONDS: seconds
    .max(86_400)
    .default(300)
    .describe(
      "How long an object keeps the same download URL, so that clients can cache responses that contain it.",
    ),
  MAX_FILE_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(100 * 1024 * 1024)
    .describe("Largest accepted file, in bytes."),
  CREATE_JOBS_PER_MINUTE: positive.default(10).describe("Upload jobs that a user may create per minute."),
  PROGRESS_POSTS_PER_SECOND: positive
    .default(20)
    .describe("Progress reports that a user may send per second."),
  SIGN_IN_ATTEMPTS_PER_ACCOUNT_AND_ADDRESS: positive
    .default(10)
    .describe("Sign-in attempts to one account from one address per ten minutes."),
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: positive
    .default(300)
    .describe(
      "Sign-in attempts to one account per ten minutes, summed over all addresses that have not signed in to it in the last 90 days.",
    ),
  SIGN_IN_ATTEMPTS_PER_ADDRESS: positive
    .default(100)
    .describe("Sign-in attempts from one address (IPv6: one /64) per ten minutes."),
  EVENTS_ENDPOINT_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, "must be whsec_ and 24 bytes or more in base64")
    .describe(
      "Secret. Verifies the signature of events from the processor ([Standard Webhooks](https://www.standardwebhooks.com)): `whsec_` and 24 bytes or more in base64.",
    ),
  MAX_QUEUE_DEPTH: positive
    .default(50_000)
    .describe(
      "Messages in the queue above which requests for new uploads get 503 `overloaded`. They are accepted again below 80 % of it.",
    ),
  MAX_DATABASE_LATENCY_MS: z.coerce
    .number()
    .positive()
    .default(1000)
    .describe(
      "Median time of recent statements, including the wait for a connection, above which requests for new uploads get 503 `overloaded`. They are accepted again below 80 % of it.",
    ),
  CORS_ORIGINS: z
    .string()
    .default("")
    .transform((text) => text.split(",").map((origin) => origin.trim()))
    .transform((origins) => origins.filter((origin) => origin !== ""))
    .describe("Origins of web apps that may call the API, separated by commas; `*` for any."),
  ASSETS: z
    .custom<Fetcher>((value) => value !== undefined, "must be bound")
    .describe("Binding of the static assets, which include the HTML of the web page."),
  USER_CHANNEL: z
    .custom<DurableObjectNamespace>((value) => value !== undefined, "must be bound")
    .describe("Binding of the Durable Object with one instance per user: limits, progress, live channels."),
  COMMAND_LIMITER: z
    .custom<RateLimit>((value) => value !== undefined, "must be bound")
    .describe("Rate limit binding that limits the commands of a user."),
  SIGN_IN_LIMITER: z
    .custom<DurableObjectNamespace>((value) => value !== undefined, "must be bound")
    .describe("Binding of the Durable Object that limits sign-in attempts."),
})

const oidcIssuer = z.object({
  issuer: z.url(),
  audience: z.string().min(1),
  /** Granted to every token of the issuer. If absent, the `scope` claim of the token applies. */
  scopes: z.array(z.enum(["photos:read", "photos:write"])).optional(),
})

export type OidcIssuer = z.infer<typeof oidcIssuer>

export type Config = {
  environment: string
  databaseUrl: string
  s3: { endpoint: string; bucket: string; region: string }
  sqs: { endpoint: string; queueUrl: string }
  hasStorageEvents: boolean
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  jwt: {
    issuer: string
    audience: string
    signingKey: SigningKey
    verificationKeys: readonly VerificationKey[]
    retiredKeys: readonly PublicKey[]
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
    signInAttemptsPerAccountAndAddress: number
    signInAttemptsPerAccount: number
    signInAttemptsPerAddress: number
  }
  loadGate: { maxQueueDepth: number; maxDatabaseLatencyMs: number }
  eventsEndpointSecret: string
  corsOrigins: readonly string[]
  assets: Fetcher
  userChannels: DurableObjectNamespace
  commandLimiter: RateLimit
  signInLimiters: DurableObjectNamespace
}

const parsed = new WeakMap<object, Config>()

/**
 * Returns the Worker's configuration, parsed at the first request of an isolate.
 * @throws Error naming each variable that is missing or invalid, without its value
 */
export const configOf = (env: object): Config => {
  const known = parsed.get(env)
  if (known) return known
  const result = workerVariables.safeParse(env)
  if (!result.success) throw new Error(`Worker configuration: ${z.prettifyError(result.error)}`)
  const config = toConfig(result.data)
  parsed.set(env, config)
  return config
}

const toConfig = (env: z.infer<typeof workerVariables>): Config => ({
  environment: env.ENVIRONMENT,
  databaseUrl: env.HYPERDRIVE.connectionString,
  s3: { endpoint: env.S3_ENDPOINT, bucket: env.S3_BUCKET, region: env.S3_REGION },
  sqs: { endpoint: env.SQS_ENDPOINT ?? new URL(env.SQS_QUEUE_URL).origin, queueUrl: env.SQS_QUEUE_URL },
  hasStorageEvents: env.STORAGE_EVENTS,
  credentials: {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    ...(env.AWS_SESSION_TOKEN !== undefined && { sessionToken: env.AWS_SESSION_TOKEN }),
  },
  jwt: {
    issuer: env.JWT_ISSUER,
    audience: env.JWT_AUDIENCE,
    signingKey: env.JWT_SIGNING_KEY,
    verificationKeys: env.JWT_VERIFICATION_KEYS,
    retiredKeys: env.RETIRED_SIGNING_KEYS,
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
    signInAttemptsPerAccountAndAddress: env.SIGN_IN_ATTEMPTS_PER_ACCOUNT_AND_ADDRESS,
    signInAttemptsPerAccount: env.SIGN_IN_ATTEMPTS_PER_ACCOUNT,
    signInAttemptsPerAddress: env.SIGN_IN_ATTEMPTS_PER_ADDRESS,
  },
  loadGate: { maxQueueDepth: env.MAX_QUEUE_DEPTH, maxDatabaseLatencyMs: env.MAX_DATABASE_LATENCY_MS },
  eventsEndpointSecret: env.EVENTS_ENDPOINT_SECRET,
  corsOrigins: env.CORS_ORIGINS,
  assets: env.ASSETS,
  userChannels: env.USER_CHANNEL,
  commandLimiter: env.COMMAND_LIMITER,
  signInLimiters: env.SIGN_IN_LIMITER,
})

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
