import type { Context } from "hono"
import * as z from "zod"
import { inBackground } from "../http/background.ts"
import type { EdgeEnv } from "../http/context.ts"
import { fingerprintOf } from "../http/idempotency-key.ts"
import { logFailure } from "../http/log.ts"
import { rateLimited } from "../http/rate-limit.ts"

/** Attempts are counted over this time. */
const fillMs = 600_000

export type Attempt = {
  /** The answer to one attempt too many. */
  refusal: Response | null
  /** It was the right password: the attempt does not count. */
  succeeded: () => void
}

/**
 * Counts an attempt to sign in, for the account and for the caller's address, before the password is looked at:
 * a known address and an unknown one are limited alike.
 */
export const attemptSignIn = async (c: Context<EdgeEnv>, email: string): Promise<Attempt> => {
  const { limits } = c.var.config
  const account = limiterOf(c, `account:${await fingerprintOf(email)}`, limits.signInAttemptsPerAccount)
  const address = addressLimiterOf(c)
  const refusals = await Promise.all([account.attempt(), address.attempt()])
  return {
    refusal: refusals.find((refusal) => refusal !== null) ?? null,
    succeeded: () => {
      for (const limiter of [account, address]) inBackground(c, limiter.succeeded())
    },
  }
}

/** Counts the opening of an account against the caller's address. */
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
        // Nobody is locked out because a counter is.
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
