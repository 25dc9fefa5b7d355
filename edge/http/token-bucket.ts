/** A bucket has at most `capacity` tokens and refills within `fillMs`. */
export type BucketPolicy = { capacity: number; fillMs: number }

/** The number of tokens in a bucket at a time, in ms since the epoch. */
export type BucketLevel = { tokens: number; at: number }

export type Taken = {
  isAllowed: boolean
  level: BucketLevel
  /** Whole tokens that are left. */
  remaining: number
  /** Seconds until the next token is available. */
  resetSeconds: number
}

/** Takes a token if one is left. A bucket without a level is full. */
export const takeToken = (level: BucketLevel | undefined, policy: BucketPolicy, now: number): Taken => {
  const msPerToken = policy.fillMs / policy.capacity
  const filled = level ? level.tokens + Math.max(0, now - level.at) / msPerToken : policy.capacity
  const before = Math.min(policy.capacity, filled)
  const isAllowed = before >= 1
  const tokens = isAllowed ? before - 1 : before
  return {
    isAllowed,
    level: { tokens, at: now },
    remaining: Math.floor(tokens),
    // Rounded up; the subtraction removes floating-point errors.
    resetSeconds: Math.max(1, Math.ceil(((1 - (tokens % 1)) * msPerToken) / 1000 - 1e-6)),
  }
}
