import postgres from "postgres"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { config, expectProblem, jpeg, newUser, send, variablesOf } from "../testing/test-api.ts"
import { latencyWindow } from "./database-latency.ts"
import { isOpenAfter } from "./load-gate.ts"

const limits = { maxQueueDepth: 1000, maxDatabaseLatencyMs: 500 }

test.each([
  [true, 0, 0, true],
  [true, 999, 499, true],
  [true, 1000, 0, false],
  [true, 0, 500, false],
  [false, 801, 0, false],
  [false, 0, 401, false],
  [false, 799, 399, true],
])("open %s, %i messages, %i ms: open %s", (wasOpen, queueDepth, databaseLatencyMs, isOpen) => {
  expect(isOpenAfter(wasOpen, { queueDepth, databaseLatencyMs }, limits)).toBe(isOpen)
})

test("the latency is the median of the latest statements: a single slow statement does not change it", () => {
  const window = latencyWindow()
  expect(window.medianMs(0)).toBe(0)
  for (const ms of [5, 9000, 6, 7]) window.record(ms, 1000)
  expect(window.medianMs(1000)).toBe(7)
  for (let count = 0; count < 15; count += 1) window.record(800, 2000)
  expect(window.medianMs(2000)).toBe(800)
  expect(window.medianMs(40_000)).toBe(0)
})

const role = `ordinary_${crypto.randomUUID().replaceAll("-", "")}`
let admin: postgres.Sql
let ordinaryUrl: string
beforeAll(async () => {
  admin = postgres(config.databaseUrl, { max: 2, fetch_types: false })
  // A deployment's role has the same privileges: it cannot see the activity of other roles.
  await admin.unsafe(`
    create role ${role} login password 'ordinary';
    grant select, insert, update, delete on all tables in schema public to ${role};
    grant usage on all sequences in schema public to ${role}`)
  const url = new URL(config.databaseUrl)
  url.username = role
  url.password = "ordinary"
  ordinaryUrl = url.href
})
afterAll(async () => {
  // Not closed here: workerd closes the connections at the end of the test.
  await admin.unsafe(`drop owned by ${role}; drop role ${role}`)
})

test("with a role without privileges, a slow database closes the gate", async () => {
  const user = await newUser()
  const env = {
    ...variablesOf({ MAX_DATABASE_LATENCY_MS: "200" }),
    HYPERDRIVE: { connectionString: ordinaryUrl },
  }
  const create = () =>
    send("POST", "/commands/upload-jobs", { token: user.token, body: { files: [jpeg()] }, env })

  // Every statement of the edge waits until another transaction releases its lock on the table.
  const waiting = await admin.begin(async (holder) => {
    await holder`lock table users in access exclusive mode`
    const [first, second] = [create(), create()]
    await vi.waitFor(
      async () => {
        const waits = await admin`
          select from pg_stat_activity
          where usename = ${role} and wait_event_type = 'Lock' and now() - query_start > interval '400 ms'`
        expect(waits.length).toBeGreaterThanOrEqual(2)
      },
      { timeout: 10_000 },
    )
    return { first, second }
  })
  expect((await waiting.first).status).toBe(201)
  expect((await waiting.second).status).toBe(201)
  const rejected = await create()
  expect(rejected.headers.get("retry-after")).toBe("10")
  await expectProblem(rejected, 503, "overloaded")
  const query = await send("GET", "/queries/upload-jobs", { token: user.token, env })
  expect(query.status).toBe(200)
})
