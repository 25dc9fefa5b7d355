import type { Context } from "hono"
import type { EdgeEnv } from "./context.ts"
import { logFailure } from "./log.ts"

/** Lets work go on after the answer was sent. What goes wrong in it is logged and reaches nobody. */
export const inBackground = (c: Context<EdgeEnv>, work: Promise<unknown>): void =>
  c.executionCtx.waitUntil(work.catch((error: unknown) => logFailure("background work failed", error)))
