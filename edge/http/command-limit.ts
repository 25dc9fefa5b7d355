import { createMiddleware } from "hono/factory"
import type { EdgeEnv } from "./context.ts"
import { logFailure } from "./log.ts"
import { withFacts } from "./operation-docs.ts"
import { problem } from "./problem.ts"

/** The period of the binding in wrangler.toml. The binding does not say how much of it is left. */
const periodSeconds = 10

/**
 * Limits the commands of a user, generously: against a client in a loop, not for fairness. The runtime counts beside
 * the Worker, so it costs no hop, and counts in each location separately. The commands with a limit of their own
 * (create a job, report progress) ask the user's Durable Object instead.
 * https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export const limitCommands = withFacts(
  createMiddleware<EdgeEnv>(async (c, next) => {
    const { success } = await c.var.config.commandLimiter
      .limit({ key: c.var.principal.userId })
      .catch((error: unknown) => {
        // A failed counter stops no commands.
        logFailure("command not counted", error)
        return { success: true }
      })
    if (success) return next()
    return problem(c, "rate-limited", {
      detail: `Try again in ${periodSeconds} s.`,
      headers: { "retry-after": String(periodSeconds) },
    })
  }),
  { problems: ["rate-limited"] },
)
