import type { BucketPolicy, Taken } from "../http/token-bucket.ts"

/** The RPC interface of the Durable Object that counts sign-in attempts. */
export type SignInLimiterRpc = {
  /** Takes a token. `isKnown`: an earlier sign-in succeeded here and is still remembered. */
  attempt: (policy: BucketPolicy) => Promise<Omit<Taken, "level"> & { isKnown: boolean }>
  /** Returns the attempt's token and remembers the success for `rememberMs`. */
  succeeded: (rememberMs: number) => Promise<void>
}
