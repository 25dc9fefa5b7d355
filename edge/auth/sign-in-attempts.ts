import type { Context } from "hono"
import * as z from "zod"
import { durableObjectOf } from "../clients/durable-object.ts"
import { inBackground } from "../http/background.ts"
import type { EdgeEnv } from "../http/context.ts"
import { fingerprintOf } from "../http/idempotency-key.ts"
import { logFailure } from "../http/log.ts"
import { rateLimited } from "../http/rate-limit.ts"
import { addressBlockOf } from "./address-block.ts"
import type { SignInLimiterRpc } from "./sign-in-limiter-rpc.ts"

/** The period in which the limits of attempts apply. */
const fillMs = 600_000

/** How long an account remembers an address that sent the right password. */
const rememberMs = 90 * 86_400_000

export type Attempt = {
  /** The response when a limit is exceeded, or null. */
  rejection: Response | null
  /** Call when the password was correct: the attempt does not count. */
  succeeded: () => void
}

/**
 * Counts a sign-in attempt before the password is checked: for the caller's address, and for the account at that
 * address. An attempt from an address that the account does not remember also counts for the whole account, which
 * limits an attacker with many addresses. Wrong passwords from other addresses therefore never lock out an owner at a
 * remembered address (docs/decisions/0021-sign-in-limits.md). Accounts that do not exist are limited in the same way.
 */
export const attemptSignIn = async (c: Context<EdgeEnv>, email: string): Promise<Attempt> => {
  const { limits } = c.var.config
  const accountName = `account:${await fingerprintOf(email)}`
  const block = callerBlock(c)
  const address = limiterOf(c, `address:${block}`, limits.signInAttemptsPerAddress)
  const accountAtAddress = limiterOf(c, `${accountName}:${block}`, limits.signInAttemptsPerAccountAndAddress)
  const account = limiterOf(c, accountName, limits.signInAttemptsPerAccount)

  const [byAddress, byBoth] = await Promise.all([address.attempt(), accountAtAddress.attempt()])
  const isCountedForAccount = !byAddress.rejection && !byBoth.rejection && !byBoth.isKnown
  const byAccount = isCountedForAccount ? await account.attempt() : null
  return {
    rejection: byAddress.rejection ?? byBoth.rejection ?? byAccount?.rejection ?? null,
    succeeded: () => {
      inBackground(c, address.succeeded(0))
      inBackground(c, accountAtAddress.succeeded(rememberMs))
      if (byAccount) inBackground(c, account.succeeded(0))
    },
  }
}

/** Counts the registration of an account for the caller's address. */
export const attemptRegistration = async (c: Context<EdgeEnv>): Promise<Response | null> => {
  const { signInAttemptsPerAddress } = c.var.config.limits
  return (await limiterOf(c, `address:${callerBlock(c)}`, signInAttemptsPerAddress).attempt()).rejection
}

const callerBlock = (c: Context<EdgeEnv>): string =>
  addressBlockOf(c.req.header("cf-connecting-ip") ?? "unknown")

const counted = z.object({
  isAllowed: z.boolean(),
  remaining: z.number(),
  resetSeconds: z.number(),
  isKnown: z.boolean(),
})

const limiterOf = (c: Context<EdgeEnv>, name: string, capacity: number) => {
  const stub = durableObjectOf<SignInLimiterRpc>(c.var.config.signInLimiters, name)
  const policy = { capacity, fillMs }
  return {
    attempt: async (): Promise<{ rejection: Response | null; isKnown: boolean }> => {
      try {
        const { isKnown, ...taken } = counted.parse(await stub.attempt(policy))
        return { rejection: taken.isAllowed ? null : rateLimited(c, "sign-in", policy, taken), isKnown }
      } catch (error) {
        // If the counter fails, users can still sign in.
        logFailure("sign-in attempts not counted", error)
        return { rejection: null, isKnown: false }
      }
    },
    succeeded: (ms: number) => stub.succeeded(ms),
  }
}
