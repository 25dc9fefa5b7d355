import type { PhotoId, UserId } from "../../domain/ids.ts"
import type { Config } from "../config.ts"
import type { BucketPolicy, Taken } from "../http/token-bucket.ts"
import { durableObjectOf } from "./durable-object.ts"
import type { RelayedEvent } from "./relayed-event.ts"

/** A client's progress report of one photo. */
export type ProgressTick = { photoId: PhotoId; bytesSent: number }

export type Limit = Pick<Taken, "isAllowed" | "remaining" | "resetSeconds">

/** The methods of a user's Durable Object. */
export type UserChannelRpc = {
  /** Takes a token from the bucket `name` of the user. */
  takeToken: (name: string, policy: BucketPolicy) => Promise<Limit>
  /**
   * Takes a token and, if one was left, publishes the ticks and buffers them until they are written. `isActive` is
   * false when the user was disabled at the time of the last write.
   */
  reportProgress: (
    userId: UserId,
    ticks: ProgressTick[],
    policy: BucketPolicy,
  ) => Promise<Limit & { isActive: boolean }>
  /** Publishes events of the relay, in order. Events that were received before have no effect. */
  acceptEvents: (userId: UserId, events: RelayedEvent[]) => Promise<void>
  /** Uses up a live ticket that expires at `expiresAt` (ms since the epoch): true the first time only. */
  useTicket: (nonce: string, expiresAt: number) => Promise<boolean>
  /** Opens a live channel for the user and job in `subscriptionHeader`. */
  fetch: (request: Request) => Promise<Response>
}

/** The header that contains the user and job of a live channel: `fetch` of a Durable Object accepts only a request. */
export const subscriptionHeader = "x-live-subscription"

/** The Durable Object of a user. */
export const userChannelOf = (config: Config, userId: UserId): UserChannelRpc =>
  durableObjectOf(config.userChannels, userId)
