import * as z from "zod"
import type { UserId } from "../../../domain/ids.ts"
import { type RelayedEvent, relayedEvent } from "../../clients/relayed-event.ts"
import type { EventEnvelope, FailedEvent } from "./schema.ts"

export type ParsedBatch = { byUser: Map<UserId, RelayedEvent[]>; failed: FailedEvent[] }

/**
 * Sorts a batch by user. An invalid event fails alone, with the later events of its job: a job's events are accepted
 * in order or not at all.
 */
export const parseBatch = (envelopes: readonly EventEnvelope[]): ParsedBatch => {
  const byUser = new Map<UserId, RelayedEvent[]>()
  const failed: FailedEvent[] = []
  const failedJobs = new Set<string>()
  for (const envelope of envelopes) {
    const { id, userid, data } = envelope
    if (failedJobs.has(data.jobId)) {
      failed.push({ id, reason: "BEHIND_FAILED_EVENT", detail: "An earlier event of this job failed." })
      continue
    }
    const parsed = relayedEvent.safeParse(envelope)
    if (parsed.success) {
      const events = byUser.get(userid)
      if (events) events.push(parsed.data)
      else byUser.set(userid, [parsed.data])
    } else {
      failedJobs.add(data.jobId)
      failed.push({ id, reason: "INVALID_EVENT", detail: z.prettifyError(parsed.error) })
    }
  }
  return { byUser, failed }
}
