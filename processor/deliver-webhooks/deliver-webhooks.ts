import { setTimeout as pause } from "node:timers/promises"
import type { Database } from "../../db/statement.ts"
import type { Logger } from "../platform/log.ts"
import { type DeliveryPorts, deliverDue } from "./delivery-loop.ts"
import { type PostOptions, postEvent, TargetBlocked } from "./post-event.ts"
import { type DeliveryOutcome, type DueDelivery, recordOutcome, takeDue } from "./sql.ts"

export type WebhookOptions = {
  database: Database
  log: Logger
  allowPrivateTargets: boolean
  /** Between two looks for what is due, in ms. @default 1000 */
  pollMs?: number
}

const concurrency = 8
const timeoutMs = 15_000
const leaseMs = 60_000

const minute = 60_000
const hour = 60 * minute

/** Pauses after the first, second … failed attempt: some three days in all. */
const backoffMs = [
  5_000,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

/** Delivers events to users' webhooks. Several may run: each delivery is one worker's at a time. */
export const startWebhookDelivery = ({ database, log, pollMs = 1000, ...target }: WebhookOptions) => {
  const stopping = new AbortController()
  const { signal } = stopping
  const ports: DeliveryPorts = {
    takeDue: (limit) => database.run(takeDue, { limit, leaseMs }),
    attempt: (delivery) => attempt(delivery, { ...target, timeoutMs }),
    record: async (outcome) => {
      await database.run(recordOutcome, outcome)
      const { deliveryId, status, lastStatus } = outcome
      log.debug({ deliveryId, status, lastStatus }, "webhook")
    },
    waitForWork: () => pause(pollMs, undefined, { signal }).catch(() => undefined),
    onError: (err) => log.warn({ err }, "webhooks interrupted"),
  }
  const work = deliverDue(ports, concurrency, () => signal.aborted)
  return {
    stop: async () => {
      stopping.abort()
      await work
    },
  }
}

const attempt = async (delivery: DueDelivery, options: PostOptions): Promise<DeliveryOutcome> => {
  try {
    return outcomeOf(delivery, await postEvent(delivery, options), null)
  } catch (error) {
    const name = error instanceof Error ? (error.cause instanceof Error ? error.cause : error).name : "Error"
    const message = error instanceof TargetBlocked ? error.message : codeOf(error)
    return outcomeOf(delivery, null, `${name}: ${message}`)
  }
}

/** What follows from an attempt: done, again later, or never again. */
export const outcomeOf = (
  { deliveryId, attempt }: Pick<DueDelivery, "deliveryId" | "attempt">,
  lastStatus: number | null,
  lastError: string | null,
  random = Math.random,
): DeliveryOutcome => {
  const facts = { deliveryId, attempt, lastStatus, lastError, retryAfterMs: null, disableReason: null }
  if (lastStatus !== null && lastStatus >= 200 && lastStatus < 300) return { ...facts, status: "DELIVERED" }
  // The receiver's own word that it is gone for good.
  if (lastStatus === 410)
    return { ...facts, status: "FAILED", disableReason: "the receiver answered 410 Gone" }
  const pauseMs = backoffMs[attempt - 1]
  if (pauseMs === undefined) return { ...facts, status: "FAILED" }
  return { ...facts, status: "PENDING", retryAfterMs: Math.round(pauseMs * (0.8 + 0.4 * random())) }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "failed"
