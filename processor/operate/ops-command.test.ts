import { execFile } from "node:child_process"
import { tmpdir } from "node:os"
import { resolve } from "node:path"
import { expect, test } from "vitest"
import { freePort } from "../../local/process/ports.ts"

const notRunning = { code: 1, stdout: "", stderr: "The system is not running. Start it with `npm start`.\n" }

test("a command on a stopped local system prints one line and exits with 1", async () => {
  expect(await ops({ ...variables, DATABASE_URL: await unreachableDatabase() })).toEqual(notRunning)
})

test("a command before the first start of the local system prints one line and exits with 1", async () => {
  expect(await ops({})).toEqual(notRunning)
})

test("a command on a deployment names the dependency that is unreachable, without a stack trace", async () => {
  const env = { ...variables, ENVIRONMENT: "production", DATABASE_URL: await unreachableDatabase() }
  expect(await ops(env)).toEqual({ code: 1, stdout: "", stderr: "DatabaseUnavailable: unreachable\n" })
})

test("a command with an incomplete configuration names the missing variables", async () => {
  const { S3_BUCKET: _, ...incomplete } = variables
  const { code, stderr } = await ops({ ...incomplete, DATABASE_URL: await unreachableDatabase() })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Processor configuration: .*S3_BUCKET/s)
  expect(stderr).not.toContain("at configOf")
})

const variables = {
  ENVIRONMENT: "local",
  S3_BUCKET: "rapid-photo-upload",
  S3_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "key",
  AWS_SECRET_ACCESS_KEY: "secret",
  SQS_QUEUE_URL: "http://127.0.0.1:9/queue",
  EVENTS_ENDPOINT_URL: "http://127.0.0.1:9/internal/events",
  EVENTS_ENDPOINT_SECRET: `whsec_${"A".repeat(32)}`,
}

const unreachableDatabase = async () => `postgres://postgres@127.0.0.1:${await freePort()}/none`

const ops = (env: Record<string, string>) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const program = resolve(import.meta.dirname, "../ops.ts")
    execFile(process.execPath, [program, "status"], { env, cwd: tmpdir() }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    )
  })
