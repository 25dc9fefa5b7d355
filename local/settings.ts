import { join, resolve } from "node:path"
import { z } from "zod"

const port = z.coerce.number().int().min(0).max(65_535)

// Every variable of the local system. Port 0 selects a free port.
const schema = z.object({
  EDGE_PORT: port.default(8787),
  S3_PORT: port.default(9000),
  SQS_PORT: port.default(9324),
  POSTGRES_PORT: port.default(54_329),
  PROCESSOR_PORT: port.default(8788),
  /** An existing PostgreSQL server instead of the embedded one. */
  DATABASE_URL: z.url().optional(),
  /** AWS or a compatible S3 instead of the local one. Clients finalize each upload, as its events are not received. */
  S3_ENDPOINT: z.url().optional(),
  S3_BUCKET: z.string().default("rapid-photo-upload"),
  S3_REGION: z.string().default("us-east-1"),
  /** AWS or a compatible SQS instead of the local one. */
  SQS_ENDPOINT: z.url().optional(),
  SQS_QUEUE_URL: z.url().optional(),
  AWS_ACCESS_KEY_ID: z.string().default("local-access-key"),
  AWS_SECRET_ACCESS_KEY: z.string().default("local-secret-key-of-no-value"),
  /** Photos that the processor handles in parallel. */
  CONCURRENCY: z.coerce.number().int().positive().default(3),
  PHOTO_TIMEOUT_SECONDS: z.coerce.number().int().positive().default(60),
  SQS_VISIBILITY_TIMEOUT_SECONDS: z.coerce.number().int().positive().default(30),
})

export type Settings = z.infer<typeof schema> & {
  /** Directory of data, keys and logs. */
  directory: string
}

export const repository = resolve(import.meta.dirname, "..")
export const localDirectory = join(repository, ".local")

/**
 * The settings of a local system: environment variables override `defaults`, which override the defaults of the schema.
 * @throws Error that names each invalid variable
 */
export const settingsOf = (
  env: NodeJS.ProcessEnv,
  directory = localDirectory,
  defaults: z.input<typeof schema> = {},
): Settings => {
  const result = schema.safeParse({ ...defaults, ...withoutEmpty(env) })
  if (!result.success) throw new Error(`Settings: ${z.prettifyError(result.error)}`)
  return { ...result.data, directory }
}

/** Free ports, for a system that runs at the same time as another one. */
export const anyPorts = { EDGE_PORT: 0, S3_PORT: 0, SQS_PORT: 0, POSTGRES_PORT: 0, PROCESSOR_PORT: 0 }

// `FOO= npm start` counts as not set.
const withoutEmpty = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value))
