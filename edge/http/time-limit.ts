import { HTTPException } from "hono/http-exception"
import { timeout } from "hono/timeout"

/** The response did not begin in time. */
export class TimedOut extends HTTPException {
  override name = "TimedOut"
}

/**
 * Gives a request `ms` until its response begins; a stream may take longer.
 * @throws TimedOut
 */
export const timeLimit = (ms: number) =>
  timeout(ms, () => new TimedOut(undefined, { message: `no response within ${ms} ms` }))
