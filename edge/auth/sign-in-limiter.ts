import { DurableObject } from "cloudflare:workers"
import { takeStoredToken } from "../http/stored-bucket.ts"
import type { BucketLevel, BucketPolicy, Taken } from "../http/token-bucket.ts"

/** Counts the attempts to sign in to one account or from one address. An attempt that succeeds is given back. */
export class SignInLimiter extends DurableObject<object> {
  async attempt(policy: BucketPolicy): Promise<Omit<Taken, "level">> {
    const limit = await takeStoredToken(this.ctx.storage, "level", policy)
    // An idle bucket is full, as is one that nobody remembers.
    await this.ctx.storage.setAlarm(Date.now() + policy.fillMs)
    return limit
  }

  async succeeded(): Promise<void> {
    const level = await this.ctx.storage.get<BucketLevel>("level")
    if (level) await this.ctx.storage.put("level", { ...level, tokens: level.tokens + 1 })
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll()
  }
}
