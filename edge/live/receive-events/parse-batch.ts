import * as z from "zod"
import type { UserId } from "../../../domain/ids.ts"
import { type RelayedEvent, relayedEvent } from "../../clients/relayed-event.ts"
import { InvalidBody } from "../../http/validation.ts"
import { eventEnvelope, type FailedEvent } from "./schema.ts"

export type ParsedBatch = { byUser: Map<UserId, RelayedEvent[]>; failed: FailedEvent[] }

/**
 * Groups a batch by user. An invalid event is rejected together with the later events of its job, because a job's
 * events are accepted in order only.
 * @throws InvalidBody for an event without a user or without a job
 */
export const parseBatch = (batch: readonly unknown[]): ParsedBatch => {
  const byUser = new Map<UserId, RelayedEvent[]>()
  const failed: FailedEvent[] = []
  const failedJobs = new Set<string>()
  for (const [index, value] of batch.entries()) {
    const parsed = relayedEvent.safeParse(value)
    if (parsed.success && !failedJobs.has(parsed.data.jobId)) {
      const { userId } = parsed.data
      const events = byUser.get(userId)
      if (events) events.push(parsed.data)
      else byUser.set(userId, [parsed.data])
      continue
    }
    const { id, data } = envelopeOf(value, index)
    if (parsed.success || failedJobs.has(data.jobId)) {
      failed.push({ id, reason: "BEHIND_FAILED_EVENT", detail: "An earlier event of this job failed." })
    } else {
      failedJobs.add(data.jobId)
      failed.push({ id, reason: "INVALID_EVENT", detail: z.prettifyError(parsed.error) })
    }
  }
  return { byUser, failed }
}

// Called for failed events only, because zod takes a large share of the time of a batch.
const envelopeOf = (value: unknown, index: number) => {
  const envelope = eventEnvelope.safeParse(value)
  if (envelope.success) return envelope.data
  throw new InvalidBody(
    envelope.error.issues.map(({ path, code, message }) => ({
      pointer: `#/${[index, ...path].join("/")}`,
      code,
      detail: message,
    })),
  )
}
