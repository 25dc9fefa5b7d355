import { HTTPException } from "hono/http-exception"
import { timeout } from "hono/timeout"

/** The response did not begin in time. */
export class TimedOut extends HTTPException {
  override name = "TimedOut"
}

/**
 * Limits the time until a response begins to `ms`. A stream may take longer.
 * @throws TimedOut
 */
export const timeLimit = (ms: number) =>
  timeout(ms, () => new TimedOut(undefined, { message: `no response within ${ms} ms` }))
