import { setTimeout as pause } from "node:timers/promises"
import type { Database } from "../../db/statement.ts"
import type { Logger } from "../platform/log.ts"
import { type DeliveryPorts, deliverDue } from "./delivery-loop.ts"
import { outcomeOf } from "./delivery-outcome.ts"
import { type PostOptions, postEvent, TargetBlocked } from "./post-event.ts"
import { type DeliveryOutcome, type DueDelivery, leaseDue, recordOutcome } from "./sql.ts"

export type WebhookOptions = {
  database: Database
  log: Logger
  allowPrivateTargets: boolean
  /** Pause between two queries for due deliveries. @default 1000 */
  pollMs?: number
}

/** Each delivery is one socket that mostly waits. High, because many endpoints may hang at the same time. */
const concurrency = 64
const timeoutMs = 15_000
/** Longer than an attempt and the recording of its outcome take. */
const leaseMs = 60_000

/** Delivers events to users' webhooks. Several processes may run it; each delivery is leased by one of them. */
export const startWebhookDelivery = ({ database, log, pollMs = 1000, ...target }: WebhookOptions) => {
  const stopping = new AbortController()
  const { signal } = stopping
  const ports: DeliveryPorts = {
    leaseDue: (limit, after) => database.run(leaseDue, { limit, after, leaseMs }),
    attempt: (delivery) => attempt(delivery, { ...target, timeoutMs }),
    record: async (outcome) => {
      await database.run(recordOutcome, outcome)
      const { deliveryId, status, lastStatus } = outcome
      log.debug({ deliveryId, status, lastStatus }, "webhook attempted")
    },
    waitForWork: () => pause(pollMs, undefined, { signal }).catch(() => undefined),
    onError: (err) => log.warn({ err }, "webhooks interrupted"),
  }
  const work = deliverDue(ports, concurrency, signal)
  return {
    /** Leases no further deliveries and resolves when those in flight have finished. */
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

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "failed"
