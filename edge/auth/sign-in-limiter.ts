import { DurableObject } from "cloudflare:workers"
import * as z from "zod"
import { takeStoredToken } from "../http/stored-bucket.ts"
import type { BucketLevel, BucketPolicy, Taken } from "../http/token-bucket.ts"
import type { SignInLimiterRpc } from "./sign-in-limiter-rpc.ts"

/** Counts sign-in attempts: per address, per account, or per account and address. */
export class SignInLimiter extends DurableObject<object> implements SignInLimiterRpc {
  async attempt(policy: BucketPolicy): Promise<Omit<Taken, "level"> & { isKnown: boolean }> {
    const limit = await takeStoredToken(this.ctx.storage, "level", policy)
    const knownUntil = await this.#knownUntil()
    // The alarm deletes the bucket once it is full again: a missing bucket counts as full.
    await this.ctx.storage.setAlarm(Date.now() + policy.fillMs)
    return { ...limit, isKnown: knownUntil > Date.now() }
  }

  async succeeded(rememberMs: number): Promise<void> {
    const level = await this.ctx.storage.get<BucketLevel>("level")
    if (level) await this.ctx.storage.put("level", { ...level, tokens: level.tokens + 1 })
    if (rememberMs > 0) await this.ctx.storage.put("knownUntil", Date.now() + rememberMs)
  }

  override async alarm(): Promise<void> {
    const knownUntil = await this.#knownUntil()
    if (knownUntil <= Date.now()) return this.ctx.storage.deleteAll()
    await this.ctx.storage.delete("level")
    await this.ctx.storage.setAlarm(knownUntil)
  }

  async #knownUntil(): Promise<number> {
    return z
      .number()
      .catch(0)
      .parse(await this.ctx.storage.get("knownUntil"))
  }
}
