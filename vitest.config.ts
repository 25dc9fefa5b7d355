import { cloudflareTest } from "@cloudflare/vitest-plugin"
import { defineConfig } from "vitest/config"
import { type TestEnvironment, testEventsSecret, testStorage } from "./local/test-environment.ts"

const globalSetup = ["local/test-environment.ts"]

// `npm test` runs all suites except the slow ones, `*.full.test.ts`; `npm run test:full` (vitest --mode full) runs only those.
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
  // Tests create many jobs as one user. The tests of the limits set lower limits.
  CREATE_JOBS_PER_MINUTE: "100000",
  PROGRESS_POSTS_PER_SECOND: "100000",
  // A busy machine delays every statement. The tests of the load gate set a lower limit.
  MAX_DATABASE_LATENCY_MS: "60000",
})

export default defineConfig(({ mode }) => ({
  // If it were bundled, Vite would print a warning for every source map that is missing in its package.
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
            // wrangler reads the database URL of a Hyperdrive binding from this variable.
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
          // Each starts the whole system, so they run one at a time.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
}))
