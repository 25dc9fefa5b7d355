import { DurableObject } from "cloudflare:workers"
import { z } from "zod"
import { InactiveUser, openEdgeDatabase } from "../../db/edge.ts"
import { isUserId, type PhotoId, type UserId } from "../../domain/ids.ts"
import { configOf } from "../platform/config.ts"
import { logIncident } from "../platform/log.ts"
import { type BucketLevel, type BucketPolicy, takeToken } from "../platform/token-bucket.ts"
import type { Limit, ProgressTick, UserChannelRpc } from "../platform/user-channel.ts"
import { saveProgress } from "./sql.ts"

/** Progress is written to Postgres once in this time, whatever number of ticks came. */
const writeEveryMs = 1000

/** Photos whose progress is kept for the next write; a client with more in flight loses some ticks, no upload. */
const maxPendingPhotos = 5000

/** How long a user who was found to be disabled is not asked about again. */
const inactiveForMs = 60_000

const storedLevel = z.object({ tokens: z.number(), at: z.number() })

/** The one place of a user: token buckets, and the progress of uploads until it is written. */
export class UserChannel extends DurableObject<object> implements UserChannelRpc {
  readonly #pending = new Map<PhotoId, number>()
  #progressLevel: BucketLevel | undefined
  #lastWriteAt = 0
  #inactiveUntil = 0

  /** Stored, since an object that nobody calls for seconds forgets what it only holds in memory. */
  async takeToken(name: string, policy: BucketPolicy): Promise<Limit> {
    const key = `bucket:${name}`
    const known = storedLevel.safeParse(await this.ctx.storage.get(key))
    const { level, ...limit } = takeToken(known.data, policy, Date.now())
    await this.ctx.storage.put(key, level)
    return limit
  }

  async reportProgress(
    userId: UserId,
    ticks: ProgressTick[],
    policy: BucketPolicy,
  ): Promise<Limit & { isActive: boolean }> {
    const { level, ...limit } = takeToken(this.#progressLevel, policy, Date.now())
    this.#progressLevel = level
    const isActive = Date.now() >= this.#inactiveUntil
    if (limit.isAllowed && isActive) {
      for (const tick of ticks) this.#keep(tick)
      await this.#writeSoon(userId)
    }
    return { ...limit, isActive }
  }

  override async alarm(): Promise<void> {
    const userId = await this.ctx.storage.get("userId")
    if (typeof userId !== "string" || !isUserId(userId) || this.#pending.size === 0) return
    const ticks = Array.from(this.#pending, ([photoId, bytesSent]) => ({ photoId, bytesSent }))
    this.#pending.clear()
    this.#lastWriteAt = Date.now()
    try {
      await openEdgeDatabase(configOf(this.env).databaseUrl).run(saveProgress, { userId, ticks })
    } catch (error) {
      if (error instanceof InactiveUser) {
        this.#inactiveUntil = Date.now() + inactiveForMs
        return
      }
      logIncident("progress not written", error, { userId })
      for (const tick of ticks) this.#keep(tick)
      await this.#writeSoon(userId)
    }
  }

  #keep({ photoId, bytesSent }: ProgressTick): void {
    const known = this.#pending.get(photoId)
    if (known === undefined && this.#pending.size >= maxPendingPhotos) return
    this.#pending.set(photoId, Math.max(known ?? 0, bytesSent))
  }

  async #writeSoon(userId: UserId): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) !== null) return
    await this.ctx.storage.put("userId", userId)
    await this.ctx.storage.setAlarm(Math.max(Date.now(), this.#lastWriteAt + writeEveryMs))
  }
}
