import * as z from "zod"
import { statementOf } from "../../db/statement.ts"
import type { Mismatch } from "../platform/database-marker.ts"

/** The id of the database and its highest outbox sequence, including one whose event was pruned after it was marked. */
export const selectIdentity = statementOf<object>()(
  z.object({
    deploymentId: z.uuid(),
    markedSequence: z.number().int().nullable(),
    outboxSequence: z.number().int(),
  }),
  `
  select jsonb_build_object('deploymentId', deployment_id, 'markedSequence', marked_sequence,
    'outboxSequence', greatest(marked_sequence, (select max(sequence) from outbox_events), 0)) as result
  from deployment`,
)

/** Records the sequence that is written to the marker next, and allows the sweep to delete. */
export const recordMarker = statementOf<{ outboxSequence: number }>()(
  z.object({ recorded: z.number() }),
  `
  with recorded as (
    update deployment set marked_sequence = greatest(marked_sequence, ($1::jsonb->>'outboxSequence')::bigint),
      deletions_blocked_reason = null, deletions_blocked_at = null
    returning 1
  )
  select jsonb_build_object('recorded', (select count(*) from recorded)) as result`,
)

/** Records why and since when the sweep may not delete. */
export const recordBlock = statementOf<{ reason: Mismatch }>()(
  z.object({ recorded: z.number() }),
  `
  with recorded as (
    update deployment set deletions_blocked_reason = $1::jsonb->>'reason',
      deletions_blocked_at = coalesce(deletions_blocked_at, now())
    returning 1
  )
  select jsonb_build_object('recorded', (select count(*) from recorded)) as result`,
)

/** The number of orphans that an operator has confirmed. A confirmation is valid for a day. */
export const selectConfirmedOrphans = statementOf<object>()(
  z.object({ confirmed: z.number().int() }),
  `
  select jsonb_build_object('confirmed', case
    when orphans_confirmed_at > now() - interval '24 hours' then orphans_confirmed else 0 end) as result
  from deployment`,
)

/** Records a complete listing of the bucket and subtracts `confirmationsUsed` from the operator's confirmation. */
export const recordListing = statementOf<{ listed: number; held: number; confirmationsUsed: number }>()(
  z.object({ recorded: z.number() }),
  `
  with recorded as (
    update deployment set listed_at = now(), objects_listed = ($1::jsonb->>'listed')::bigint,
      orphans_held = ($1::jsonb->>'held')::bigint,
      orphans_confirmed = greatest(0, orphans_confirmed - ($1::jsonb->>'confirmationsUsed')::bigint)
    returning 1
  )
  select jsonb_build_object('recorded', (select count(*) from recorded)) as result`,
)
