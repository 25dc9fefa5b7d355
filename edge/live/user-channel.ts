import { DurableObject } from "cloudflare:workers"
import * as z from "zod"
import { DatabaseUnavailable, InactiveUser, openEdgeDatabase } from "../../db/edge.ts"
import type { Statement } from "../../db/statement.ts"
import { isJobId, isUserId, type JobId, type PhotoId, type UserId } from "../../domain/ids.ts"
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
import { applyEvent, applyTick, type JobBoard, liveJobOf, livePhotoOf } from "./job-board.ts"
import { openMessageLog } from "./message-log.ts"
import { type LiveMessage, liveMessage } from "./schema.ts"
import { assertActing, saveProgress, selectJobPhotos } from "./sql.ts"
import { maxSubscribers, type OutgoingMessage, openSubscribers } from "./subscribers.ts"

/** Progress is written to Postgres once in this time, whatever number of ticks came. */
const writeEveryMs = 1000

/** Progress of one photo is told to listeners once in this time. */
const tellEveryMs = 250

/** Photos whose progress is kept for the next write; a client with more in flight loses some ticks, no upload. */
const maxPendingPhotos = 5000

/** Jobs that are followed in memory; the one that was quiet longest is forgotten, and read again when needed. */
const maxBoards = 50

/** How long a user who was found to be disabled is not asked about again. */
const inactiveForMs = 60_000

/** The one place of a user: token buckets, uploads' progress until it is written, and everyone who listens. */
export class UserChannel extends DurableObject<object> implements UserChannelRpc {
  readonly #pending = new Map<PhotoId, number>()
  readonly #boards = new Map<JobId, JobBoard>()
  readonly #untold = new Map<PhotoId, JobBoard>()
  readonly #log = openMessageLog(this.ctx.storage.sql)
  readonly #subscribers = openSubscribers(this.ctx)
  #progressLevel: BucketLevel | undefined
  #lastWriteAt = 0
  #inactiveUntil = 0
  #telling: ReturnType<typeof setTimeout> | undefined

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
        this.#keep(tick)
        this.#show(tick)
      }
      await this.#writeSoon(userId)
    }
    return { ...limit, isActive }
  }

  /** Takes events from the relay, in order; those it has had before change nothing. */
  async acceptEvents(userId: UserId, events: RelayedEvent[]): Promise<void> {
    // What must be waited for comes first: from here on nobody comes between, and ids are told in their order.
    const boards = new Map<JobId, JobBoard | null>()
    for (const jobId of new Set(events.map((event) => event.jobId)))
      boards.set(jobId, await this.#boardOf(userId, jobId))
    const outgoing: OutgoingMessage[] = []
    for (const event of events) {
      const board = boards.get(event.jobId)
      if (!board || this.#log.has(event.eventId)) continue
      const message = messageOf(board, event)
      if (!message) continue
      const { id, jobId } = this.#log.append(event.eventId, message.jobId, JSON.stringify(message))
      outgoing.push({ id, jobId, message })
    }
    this.#subscribers.tell(outgoing)
  }

  /** Lets somebody listen: to one job, or to all of the user's when there is none in the subscription. */
  override async fetch(request: Request): Promise<Response> {
    const { userId, jobId } = subscription.parse(
      JSON.parse(request.headers.get(subscriptionHeader) ?? "null"),
    )
    if (this.#subscribers.count() >= maxSubscribers) return new Response(null, { status: 429 })
    try {
      await this.#run(assertActing, { userId })
      const board = jobId && (await this.#boardOf(userId, jobId))
      if (jobId && !board) return new Response(null, { status: 404 })
      // Counted again: others came in while the database was asked.
      if (this.#subscribers.count() >= maxSubscribers) return new Response(null, { status: 429 })
      const first = this.#missed(lastIdOf(request), jobId) ?? this.#snapshot(board)
      return request.headers.get("upgrade")?.toLowerCase() === "websocket"
        ? this.#subscribers.accept(jobId, first)
        : this.#subscribers.stream(jobId, first)
    } catch (error) {
      if (error instanceof InactiveUser) return new Response(null, { status: 401 })
      if (error instanceof DatabaseUnavailable) return new Response(null, { status: 503 })
      throw error
    }
  }

  /** Uses a ticket up: true the first time. Its signature and its time were checked before anyone asks. */
  async useTicket(nonce: string, expiresAt: number): Promise<boolean> {
    const key = `used:${nonce}`
    for (const [used, until] of await this.ctx.storage.list<number>({ prefix: "used:", limit: 100 }))
      if (until < Date.now()) await this.ctx.storage.delete(used)
    if ((await this.ctx.storage.get(key)) !== undefined) return false
    await this.ctx.storage.put(key, expiresAt)
    return true
  }

  override async alarm(): Promise<void> {
    const userId = await this.ctx.storage.get("userId")
    if (typeof userId !== "string" || !isUserId(userId) || this.#pending.size === 0) return
    const ticks = Array.from(this.#pending, ([photoId, bytesSent]) => ({ photoId, bytesSent }))
    this.#pending.clear()
    this.#lastWriteAt = Date.now()
    try {
      await this.#run(saveProgress, { userId, ticks })
    } catch (error) {
      if (error instanceof InactiveUser) {
        this.#inactiveUntil = Date.now() + inactiveForMs
        return
      }
      logFailure("progress not written", error, { userId })
      for (const tick of ticks) this.#keep(tick)
      await this.#writeSoon(userId)
    }
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    // RFC 6455 §7.4.1: these say how a connection ended and can't be sent.
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

  /** Shows a tick to those who listen: soon, and with what comes meanwhile. */
  #show({ photoId, bytesSent }: ProgressTick): void {
    for (const board of this.#boards.values())
      if (applyTick(board, photoId, bytesSent)) this.#untold.set(photoId, board)
    if (this.#untold.size > 0) this.#telling ??= setTimeout(() => this.#tellProgress(), tellEveryMs)
  }

  #tellProgress(): void {
    this.#telling = undefined
    // The ticks are all on the boards by now: a board's totals are the same for each of its photos.
    const jobs = new Map(Array.from(new Set(this.#untold.values()), (board) => [board, liveJobOf(board)]))
    const outgoing = Array.from(this.#untold, ([photoId, board]): OutgoingMessage[] => {
      const photo = board.photos.get(photoId)
      const job = jobs.get(board)
      if (!photo || !job) return []
      const { jobId } = board
      return [{ id: null, jobId, message: { type: "photo", jobId, job, ...livePhotoOf(photo) } }]
    })
    this.#untold.clear()
    this.#subscribers.tell(outgoing.flat())
  }

  async #boardOf(userId: UserId, jobId: JobId): Promise<JobBoard | null> {
    const known = this.#boards.get(jobId)
    if (known) {
      // Last in the order of the map: the one that is forgotten last.
      this.#boards.delete(jobId)
      this.#boards.set(jobId, known)
      return known
    }
    const photos = await this.#run(selectJobPhotos, { userId, jobId })
    // Who was faster has been told of events since: only one board of a job can be right.
    const loadedMeanwhile = this.#boards.get(jobId)
    if (loadedMeanwhile) return loadedMeanwhile
    if (!photos) return null
    const board = {
      jobId,
      photos: new Map(photos.map((photo) => [photo.photoId, { ...photo, sequence: 0 }])),
    }
    this.#boards.set(jobId, board)
    const [oldest] = this.#boards.keys()
    if (this.#boards.size > maxBoards && oldest) this.#boards.delete(oldest)
    return board
  }

  #snapshot(board: JobBoard | null): OutgoingMessage[] {
    if (!board) return []
    const photos = [...board.photos.values()].map(livePhotoOf)
    const message = { type: "snapshot", jobId: board.jobId, job: liveJobOf(board), photos } as const
    return [{ id: this.#log.head(), jobId: board.jobId, message }]
  }

  /** What was said since the client left; null when it is new here. */
  #missed(lastId: number | null, jobId: JobId | null): OutgoingMessage[] | null {
    if (lastId === null) return null
    const logged = this.#log.since(lastId, jobId)
    if (!logged || lastId > this.#log.head())
      return [{ id: this.#log.head(), jobId, message: { type: "reset", reason: "Too much happened since." } }]
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

/** The header first: what a reconnecting EventSource sends by itself. */
const lastIdOf = (request: Request): number | null => {
  const given = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("lastEventId")
  return given !== null && /^\d{1,15}$/.test(given) ? Number(given) : null
}

const messageOf = (board: JobBoard, event: RelayedEvent): (LiveMessage & { jobId: string }) | null => {
  const { jobId, photo, sequence, type } = event
  if (!photo) return { type: "job", jobId, job: liveJobOf(board) }
  if (type === "PhotoDeleted") return null
  const isReopening = type === "PhotoReprocessing"
  const changed = applyEvent(board, { ...photo, sequence, isReopening })
  return changed && { type: "photo", jobId, job: liveJobOf(board), ...livePhotoOf(changed) }
}
