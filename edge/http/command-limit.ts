import { createMiddleware } from "hono/factory"
import type { EdgeEnv } from "./context.ts"
import { logFailure } from "./log.ts"
import { withFacts } from "./operation-docs.ts"
import { problem } from "./problem.ts"

/** The period of the binding in wrangler.toml. The binding does not return the remaining time. */
const periodSeconds = 10

/**
 * Limits the commands of a user. The limit is high: it stops a client in a loop and does not ensure fairness. The
 * runtime counts per location, without a network hop. Commands with their own limit (create a job, report progress)
 * use the user's Durable Object instead.
 * https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
export const limitCommands = withFacts(
  createMiddleware<EdgeEnv>(async (c, next) => {
    const { success } = await c.var.config.commandLimiter
      .limit({ key: c.var.principal.userId })
      .catch((error: unknown) => {
        // If the limiter fails, the command is executed.
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
