import type { Context } from "hono"
import type { EdgeEnv } from "./context.ts"
import { logFailure } from "./log.ts"

/** Continues work after the response is sent. Failures are only logged. */
export const inBackground = (c: Context<EdgeEnv>, work: Promise<unknown>): void =>
  c.executionCtx.waitUntil(work.catch((error: unknown) => logFailure("background work failed", error)))
