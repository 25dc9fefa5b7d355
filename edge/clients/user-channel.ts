import type { PhotoId, UserId } from "../../domain/ids.ts"
import type { Config } from "../config.ts"
import type { BucketPolicy, Taken } from "../http/token-bucket.ts"
import type { RelayedEvent } from "./relayed-event.ts"

/** What a client last said of an upload. */
export type ProgressTick = { photoId: PhotoId; bytesSent: number }

export type Limit = Pick<Taken, "isAllowed" | "remaining" | "resetSeconds">

/** The Durable Object of a user as its callers see it. */
export type UserChannelRpc = {
  /** Takes a token from the user's bucket `name`. */
  takeToken: (name: string, policy: BucketPolicy) => Promise<Limit>
  /**
   * Takes a token and, if there was one, keeps the ticks until they are written. `isActive` is false when the last
   * write found the user disabled.
   */
  reportProgress: (
    userId: UserId,
    ticks: ProgressTick[],
    policy: BucketPolicy,
  ) => Promise<Limit & { isActive: boolean }>
  /** Takes events from the relay, in order; those it has had before change nothing. */
  acceptEvents: (userId: UserId, events: RelayedEvent[]) => Promise<void>
  /** Uses up a live ticket that is good until `expiresAt` (ms since the epoch): true the first time. */
  useTicket: (nonce: string, expiresAt: number) => Promise<boolean>
  /** Opens a live channel; `subscriptionHeader` says whose. */
  fetch: (request: Request) => Promise<Response>
}

/** Carries the user and job of a live channel to the user's object: a request is all that `fetch` takes. */
export const subscriptionHeader = "x-live-subscription"

/** The one Durable Object of a user, wherever it lives. */
export const userChannelOf = (config: Config, userId: UserId): UserChannelRpc => {
  const stub = config.userChannels.get(config.userChannels.idFromName(userId))
  return stub as unknown as UserChannelRpc
}
