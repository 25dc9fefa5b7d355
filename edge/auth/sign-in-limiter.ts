import { DurableObject } from "cloudflare:workers"
import { takeStoredToken } from "../http/stored-bucket.ts"
import type { BucketLevel, BucketPolicy, Taken } from "../http/token-bucket.ts"

/** Counts the sign-in attempts for one account or from one address. A successful attempt is not counted. */
export class SignInLimiter extends DurableObject<object> {
  async attempt(policy: BucketPolicy): Promise<Omit<Taken, "level">> {
    const limit = await takeStoredToken(this.ctx.storage, "level", policy)
    // After this time the bucket is full, which is what a missing bucket means: its storage can be deleted.
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
