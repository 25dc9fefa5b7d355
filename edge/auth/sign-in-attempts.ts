import type { Context } from "hono"
import * as z from "zod"
import { inBackground } from "../http/background.ts"
import type { EdgeEnv } from "../http/context.ts"
import { fingerprintOf } from "../http/idempotency-key.ts"
import { logFailure } from "../http/log.ts"
import { rateLimited } from "../http/rate-limit.ts"

/** The period in which the limits of attempts apply. */
const fillMs = 600_000

export type Attempt = {
  /** The response when the limit is exceeded, else null. */
  rejection: Response | null
  /** Call when the password was correct: the attempt does not count. */
  succeeded: () => void
}

/**
 * Counts a sign-in attempt per account and per client address, before the password is checked. Existing and unknown
 * accounts have the same limit.
 */
export const attemptSignIn = async (c: Context<EdgeEnv>, email: string): Promise<Attempt> => {
  const { limits } = c.var.config
  const account = limiterOf(c, `account:${await fingerprintOf(email)}`, limits.signInAttemptsPerAccount)
  const address = addressLimiterOf(c)
  const rejections = await Promise.all([account.attempt(), address.attempt()])
  return {
    rejection: rejections.find((rejection) => rejection !== null) ?? null,
    succeeded: () => {
      for (const limiter of [account, address]) inBackground(c, limiter.succeeded())
    },
  }
}

/** Counts a registration per client address. */
export const attemptRegistration = (c: Context<EdgeEnv>): Promise<Response | null> =>
  addressLimiterOf(c).attempt()

const addressLimiterOf = (c: Context<EdgeEnv>) =>
  limiterOf(
    c,
    `address:${c.req.header("cf-connecting-ip") ?? "unknown"}`,
    c.var.config.limits.signInAttemptsPerAddress,
  )

const limit = z.object({ isAllowed: z.boolean(), remaining: z.number(), resetSeconds: z.number() })

const limiterOf = (c: Context<EdgeEnv>, name: string, capacity: number) => {
  const { signInLimiters } = c.var.config
  const stub = signInLimiters.get(signInLimiters.idFromName(name)) as unknown as Limiter
  const policy = { capacity, fillMs }
  return {
    attempt: async (): Promise<Response | null> => {
      try {
        const taken = limit.parse(await stub.attempt(policy))
        return taken.isAllowed ? null : rateLimited(c, "sign-in", policy, taken)
      } catch (error) {
        // A failed limiter does not block sign-ins.
        logFailure("sign-in attempts not counted", error)
        return null
      }
    },
    succeeded: () => stub.succeeded(),
  }
}

type Limiter = {
  attempt: (policy: { capacity: number; fillMs: number }) => Promise<unknown>
  succeeded: () => Promise<void>
}
