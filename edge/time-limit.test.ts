import { env } from "cloudflare:workers"
import { Hono } from "hono"
import { expect, test } from "vitest"
import type { EdgeEnv } from "./http/context.ts"
import { onError } from "./http/error-handler.ts"
import { requestScope } from "./http/request-scope.ts"
import { timeLimit } from "./http/time-limit.ts"
import { expectProblem } from "./testing/test-api.ts"

const app = new Hono<EdgeEnv>()
app.onError(onError)
app.use(requestScope, timeLimit(20))
app.get("/never", () => new Promise<never>(() => {}))
app.get("/at-once", (c) => c.text("here"))
app.get("/stream", (c) => c.body(slowStream()))

const slowStream = () =>
  new ReadableStream({
    start: async (controller) => {
      await new Promise((resolve) => setTimeout(resolve, 60))
      controller.enqueue(new TextEncoder().encode("a late response"))
      controller.close()
    },
  })

test("a request that takes too long is a problem with Retry-After", async () => {
  const response = await app.request("/never", {}, env)
  expect(response.headers.get("retry-after")).toBe("2")
  await expectProblem(response, 503, "timed-out")
})

test("a request that responds in time is not affected by the limit", async () => {
  const response = await app.request("/at-once", {}, env)
  expect(response.status).toBe(200)
})

test("a response that has begun may take longer than the limit", async () => {
  const response = await app.request("/stream", {}, env)
  expect(await response.text()).toBe("a late response")
})
