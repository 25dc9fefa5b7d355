import { createMiddleware } from "hono/factory"
import type { EdgeEnv } from "./context.ts"

/** No answer came in time. */
export class TimedOut extends Error {
  override name = "TimedOut"
}

/**
 * Gives a request `ms` until its answer begins; what streams may go on.
 * @throws TimedOut
 */
export const timeLimit = (ms: number) =>
  createMiddleware<EdgeEnv>(async (_, next) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new TimedOut(`no answer within ${ms} ms`)), ms)
    })
    try {
      await Promise.race([next(), late])
    } finally {
      clearTimeout(timer)
    }
  })
