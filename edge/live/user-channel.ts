import { DurableObject } from "cloudflare:workers"
import * as z from "zod"
import { InactiveUser, openEdgeDatabase } from "../../db/edge.ts"
import type { Statement } from "../../db/statement.ts"
import { isJobId, isUserId, type JobId, type UserId } from "../../domain/ids.ts"
import { DatabaseUnavailable } from "../../domain/outage.ts"
import type { RelayedEvent } from "../clients/relayed-event.ts"
import {
  type Limit,
  type ProgressTick,
  subscriptionHeader,
  type UserChannelRpc,
} from "../clients/user-channel.ts"
import { configOf } from "../config.ts"
import { logFailure } from "../http/log.ts"
import { takeStoredToken } from "../http/stored-bucket.ts"
import { type BucketLevel, type BucketPolicy, takeToken } from "../http/token-bucket.ts"
import { newBoardCache } from "./board-cache.ts"
import { applyProgress, type JobBoard, newBoard } from "./job-board.ts"
import type { OutgoingMessage } from "./live-frames.ts"
import { applyToBoard, snapshotMessage } from "./live-messages.ts"
import { openMessageLog } from "./message-log.ts"
import { newProgressBuffer } from "./progress-buffer.ts"
import { newProgressPublisher } from "./progress-publisher.ts"
import { liveMessage } from "./schema.ts"
import { assertActing, saveProgress, selectJobPhotos } from "./sql.ts"
import { openSubscribers } from "./subscribers.ts"
import { openUsedTickets } from "./used-tickets.ts"

/** Interval at which progress is written to Postgres, regardless of the number of reports. */
const writeEveryMs = 1000

/** How long reports of a disabled user are rejected without another database query. */
const inactiveForMs = 60_000

/** One per user: token buckets, unwritten upload progress, and the subscribers of live channels. */
export class UserChannel extends DurableObject<object> implements UserChannelRpc {
  readonly #boards = newBoardCache()
  readonly #progress = newProgressBuffer()
  readonly #log = openMessageLog(this.ctx.storage.sql)
  readonly #subscribers = openSubscribers(this.ctx)
  readonly #usedTickets = openUsedTickets(this.ctx.storage)
  readonly #progressPublisher = newProgressPublisher(this.#boards.all, this.#subscribers.broadcast)
  #progressLevel: BucketLevel | undefined
  #lastWriteAt = 0
  #isWriteScheduled = false
  #inactiveUntil = 0

  takeToken(name: string, policy: BucketPolicy): Promise<Limit> {
    return takeStoredToken(this.ctx.storage, `bucket:${name}`, policy)
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
      for (const tick of ticks) {
        this.#progress.add(tick)
        this.#progressPublisher.add(tick)
      }
      await this.#scheduleWrite(userId)
    }
    return { ...limit, isActive }
  }

  async acceptEvents(userId: UserId, events: RelayedEvent[]): Promise<void> {
    // Await everything first: no other call runs between the following steps, so messages are published in order of id.
    const boards = new Map<JobId, JobBoard | null>()
    for (const jobId of new Set(events.map((event) => event.jobId)))
      boards.set(jobId, await this.#boardOf(userId, jobId))
    const outgoing: OutgoingMessage[] = []
    for (const event of events) {
      const board = boards.get(event.jobId)
      if (!board || this.#log.has(event.eventId)) continue
      const message = applyToBoard(board, event)
      if (!message) continue
      const { id, jobId } = this.#log.append(event.eventId, message.jobId, JSON.stringify(message))
      outgoing.push({ id, jobId, message })
    }
    this.#subscribers.broadcast(outgoing)
  }

  override async fetch(request: Request): Promise<Response> {
    const { userId, jobId } = subscription.parse(
      JSON.parse(request.headers.get(subscriptionHeader) ?? "null"),
    )
    if (!this.#subscribers.hasRoom()) return new Response(null, { status: 429 })
    try {
      await this.#run(assertActing, { userId })
      const board = jobId && (await this.#boardOf(userId, jobId))
      if (jobId && !board) return new Response(null, { status: 404 })
      // Check again: other clients may have subscribed during the database query.
      if (!this.#subscribers.hasRoom()) return new Response(null, { status: 429 })
      const first = this.#missed(lastIdOf(request), jobId) ?? this.#snapshot(board)
      return request.headers.get("upgrade")?.toLowerCase() === "websocket"
        ? this.#subscribers.openWebSocket(jobId, first)
        : this.#subscribers.openStream(jobId, first)
    } catch (error) {
      if (error instanceof InactiveUser) return new Response(null, { status: 401 })
      if (error instanceof DatabaseUnavailable) return new Response(null, { status: 503 })
      throw error
    }
  }

  async useTicket(nonce: string, expiresAt: number): Promise<boolean> {
    return this.#usedTickets.use(nonce, expiresAt)
  }

  override async alarm(): Promise<void> {
    this.#isWriteScheduled = false
    const userId = await this.ctx.storage.get("userId")
    if (typeof userId !== "string" || !isUserId(userId) || this.#progress.isEmpty()) return
    this.#lastWriteAt = Date.now()
    try {
      await this.#progress.flush((ticks) => this.#run(saveProgress, { userId, ticks }))
    } catch (error) {
      if (error instanceof InactiveUser) {
        this.#inactiveUntil = Date.now() + inactiveForMs
        this.#progress.clear()
        return
      }
      logFailure("progress not written", error, { userId })
      await this.#scheduleWrite(userId)
    }
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    // RFC 6455 §7.4.1: these codes are reserved for local use and must not be sent.
    socket.close([1005, 1006, 1015].includes(code) ? 1000 : code)
  }

  async #run<Input, Output>(statement: Statement<Input, Output>, input: Input): Promise<Output> {
    const database = openEdgeDatabase(configOf(this.env).databaseUrl)
    try {
      return await database.run(statement, input)
    } finally {
      this.ctx.waitUntil(database.close().catch(() => undefined))
    }
  }

  async #scheduleWrite(userId: UserId): Promise<void> {
    // Kept in memory, like the progress itself: storage is accessed at most once per second.
    if (this.#isWriteScheduled) return
    this.#isWriteScheduled = true
    const { storage } = this.ctx
    try {
      // Unconfirmed: the response does not wait for the disk, because progress is best effort.
      await storage.put("userId", userId, { allowUnconfirmed: true })
      const at = Math.max(Date.now(), this.#lastWriteAt + writeEveryMs)
      await storage.setAlarm(at, { allowUnconfirmed: true })
    } catch (error) {
      this.#isWriteScheduled = false
      throw error
    }
  }

  #boardOf(userId: UserId, jobId: JobId): Promise<JobBoard | null> {
    return this.#boards.get(jobId, async () => {
      // Copied before the read too: the result may lack progress that is written during the read.
      const unwrittenBefore = this.#progress.unwritten()
      const photos = await this.#run(selectJobPhotos, { userId, jobId })
      if (!photos) return null
      const board = newBoard(jobId, photos)
      for (const tick of [...unwrittenBefore, ...this.#progress.unwritten()]) applyProgress(board, tick)
      return board
    })
  }

  #snapshot(board: JobBoard | null): OutgoingMessage[] {
    return board ? [{ id: this.#log.head(), jobId: board.jobId, message: snapshotMessage(board) }] : []
  }

  /** Returns the messages after the client's last id; null if the client sent none. */
  #missed(lastId: number | null, jobId: JobId | null): OutgoingMessage[] | null {
    if (lastId === null) return null
    const logged = this.#log.since(lastId, jobId)
    if (!logged || lastId > this.#log.head())
      return [
        {
          id: this.#log.head(),
          jobId,
          message: { type: "reset", reason: "Messages since the last id are no longer stored." },
        },
      ]
    return logged.map(({ id, text, ...about }) => ({
      id,
      jobId: about.jobId,
      message: liveMessage.parse(JSON.parse(text)),
    }))
  }
}

const subscription = z.object({
  userId: z.string().refine(isUserId),
  jobId: z.string().refine(isJobId).nullable(),
})

/** The header takes precedence: a reconnecting EventSource sends it. */
const lastIdOf = (request: Request): number | null => {
  const lastEventId =
    request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("lastEventId")
  return lastEventId !== null && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null
}
