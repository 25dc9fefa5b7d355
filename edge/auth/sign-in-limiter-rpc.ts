import type { BucketPolicy, Taken } from "../http/token-bucket.ts"

/** The Durable Object that counts sign-in attempts, as its callers see it. */
export type SignInLimiterRpc = {
  /** Takes a token. `isKnown`: a sign-in succeeded here that is still remembered. */
  attempt: (policy: BucketPolicy) => Promise<Omit<Taken, "level"> & { isKnown: boolean }>
  /** Gives the attempt's token back, and remembers the success for `rememberMs`. */
  succeeded: (rememberMs: number) => Promise<void>
}
