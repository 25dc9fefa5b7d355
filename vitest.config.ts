import { cloudflareTest } from "@cloudflare/vitest-plugin"
import { defineConfig } from "vitest/config"
import { type TestEnvironment, testEventsSecret, testStorage } from "./local/test-environment.ts"

const globalSetup = ["local/test-environment.ts"]

// `npm test` leaves out the slow suites, `*.full.test.ts`; `npm run test:full` (vitest --mode full) runs only those.
const suite = (mode: string, folders: string, more: readonly string[] = []) =>
  mode === "full"
    ? { include: [`${folders}/**/*.full.test.ts`], exclude: [...more] }
    : { include: [`${folders}/**/*.test.ts`], exclude: ["**/*.full.test.ts", ...more] }

const workerBindings = (environment: TestEnvironment) => ({
  ENVIRONMENT: "test",
  S3_ENDPOINT: environment.s3Endpoint,
  S3_BUCKET: testStorage.bucket,
  S3_REGION: testStorage.region,
  AWS_ACCESS_KEY_ID: testStorage.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: testStorage.credentials.secretAccessKey,
  SQS_ENDPOINT: environment.sqsEndpoint,
  SQS_QUEUE_URL: environment.queueUrl,
  JWT_ISSUER: "https://issuer.test",
  JWT_AUDIENCE: "rapid-photo-upload",
  JWT_SIGNING_KEY: environment.signingKey,
  EVENTS_ENDPOINT_SECRET: testEventsSecret,
  // Tests of one user create many jobs; what the limits do is tested with limits of its own.
  CREATE_JOBS_PER_MINUTE: "100000",
  PROGRESS_POSTS_PER_SECOND: "100000",
  // A busy machine delays every statement; the load gate is tested with limits of its own.
  MAX_DATABASE_LATENCY_MS: "60000",
})

export default defineConfig(({ mode }) => ({
  // Bundling it would warn of every source map that its package left out.
  ssr: { external: ["fauxqs"] },
  test: {
    projects: [
      {
        test: {
          name: "node",
          ...suite(mode, "{domain,aws,db,processor,local,client,docs}", ["local/aws-emulator/**"]),
          globalSetup,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Needs no global set-up: each test starts its own emulator.
        test: {
          name: "aws-emulator",
          ...suite(mode, "local/aws-emulator"),
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => {
            const environment = inject("environment")
            // Where wrangler looks for the database behind a Hyperdrive binding.
            process.env.CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_HYPERDRIVE = environment.databaseUrl
            return {
              wrangler: { configPath: "./wrangler.toml" },
              miniflare: {
                bindings: workerBindings(environment),
                ratelimits: {
                  TIGHT_COMMAND_LIMITER: { namespace_id: "1002", simple: { limit: 3, period: 10 } },
                },
              },
            }
          }),
        ],
        test: { name: "edge", ...suite(mode, "edge"), globalSetup, testTimeout: 30_000 },
      },
      {
        test: {
          name: "e2e",
          ...suite(mode, "e2e"),
          // Each brings up the whole system: one at a time on two cores.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
}))
