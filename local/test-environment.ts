import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { migrateDatabase } from "../db/migrate.ts"
import { buildPublicAssets } from "../docs/public-assets.ts"
import { startAwsEmulator } from "./aws-emulator/aws-emulator.ts"
import { startPostgres } from "./postgres/postgres.ts"
import { freePort } from "./process/ports.ts"
import { localSigningKey } from "./signing-key.ts"

/** The environment that unit and slice tests share: a migrated Postgres, S3 and SQS in a temporary directory. */
export type TestEnvironment = {
  databaseUrl: string
  s3Endpoint: string
  sqsEndpoint: string
  queueUrl: string
  signingKey: string
}

declare module "vitest" {
  interface ProvidedContext {
    environment: TestEnvironment
  }
}

/** Credentials, bucket and region of the test storage. They are not secret. */
export const testStorage = {
  bucket: "test-bucket",
  region: "us-east-1",
  credentials: { accessKeyId: "test-access-key", secretAccessKey: "test-secret-key" },
}

/** The secret that signs the events that tests send to the edge. */
export const testEventsSecret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`

/** Vitest's global set-up. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // `wrangler dev` also builds them, but workerd in vitest does not run the build command of wrangler.
  await buildPublicAssets()
  const directory = await mkdtemp(join(tmpdir(), "rapid-photo-test-"))
  const postgres = await startPostgres({
    port: await freePort(),
    dataDir: join(directory, "postgres"),
    database: "test",
  })
  await migrateDatabase(postgres.url)
  const storage = await startAwsEmulator({
    port: 0,
    sqsPort: 0,
    dataDir: join(directory, "object-storage"),
    ...testStorage,
    corsOrigins: ["*"],
    originalsPrefix: "test/",
    queue: { name: "test", deadLetterName: "test-dead", visibilityTimeoutSeconds: 30, maxReceiveCount: 10 },
    events: false,
  })
  project.provide("environment", {
    databaseUrl: postgres.url,
    s3Endpoint: storage.s3Endpoint,
    sqsEndpoint: storage.sqsEndpoint,
    queueUrl: storage.queueUrl,
    signingKey: await localSigningKey(directory),
  })
  return async () => {
    await storage.stop()
    await postgres.stop()
    await rm(directory, { recursive: true, force: true })
  }
}
