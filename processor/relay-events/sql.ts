import { z } from "zod"
import { statementOf } from "../../db/statement.ts"
import type { CloudEvent } from "../../domain/cloud-event.ts"
import { eventTypes } from "../../domain/events.ts"
import { isJobId, isPhotoId, isUserId } from "../../domain/ids.ts"

const outboxEvent = z.object({
  sequence: z.number().int(),
  eventId: z.string(),
  type: z.enum(eventTypes),
  userId: z.string().refine(isUserId),
  jobId: z.string().refine(isJobId),
  photoId: z.string().refine(isPhotoId).nullable(),
  data: z.record(z.string(), z.unknown()),
  occurredAt: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
})

/** The oldest events that are due. One behind a postponed event of its job is not: a job's events go in order. */
export const selectUnpublishedEvents = statementOf<{ limit: number }>()(
  z.array(outboxEvent),
  `
  with page as (
    select * from outbox_events e
    where published_at is null and parked_at is null and coalesce(next_attempt_at <= now(), true)
      and not exists (
        select from outbox_events earlier
        where earlier.job_id = e.job_id and earlier.sequence < e.sequence and earlier.published_at is null
          and earlier.parked_at is null and earlier.next_attempt_at > now())
    order by sequence limit ($1::jsonb->>'limit')::int
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'sequence', sequence, 'eventId', event_id, 'type', type, 'userId', user_id, 'jobId', job_id,
    'photoId', photo_id, 'data', data, 'occurredAt', occurred_at) order by sequence), '[]') as result
  from page`,
)

/** Marks events as published and, in the same statement, queues them for their users' webhooks: once each. */
export const markPublished = statementOf<{
  events: readonly { sequence: number; type: string; event: CloudEvent }[]
}>()(
  z.object({ deliveries: z.number().int() }),
  `
  with given as (
    select e.sequence, e.type, e.event
    from jsonb_to_recordset($1::jsonb->'events') as e (sequence bigint, type text, event jsonb)
  ),
  published as (
    update outbox_events o set published_at = now() from given
    where o.sequence = given.sequence and o.published_at is null
    returning o.event_id, o.user_id, o.type, given.event
  ),
  queued as (
    insert into webhook_deliveries (endpoint_id, event_id, event)
    select endpoint.endpoint_id, published.event_id, published.event
    from published join webhook_endpoints endpoint using (user_id)
    join users on users.user_id = endpoint.user_id and users.status = 'ACTIVE'
    where endpoint.disabled_at is null
      and (endpoint.event_types is null or endpoint.event_types ? published.type)
    on conflict do nothing
    returning 1
  )
  select jsonb_build_object('deliveries', (select count(*) from queued)) as result`,
)

/** Refusals of one event before it is given up for an operator to look at. */
const maxAttempts = 8

/** Puts off events that a sink refused, ever longer, and parks those that were refused too often. */
export const postponeEvents = statementOf<{ refused: readonly { sequence: number; error: string }[] }>()(
  z.object({ parked: z.array(z.number().int()) }),
  `
  with given as (
    select r.sequence, r.error from jsonb_to_recordset($1::jsonb->'refused') as r (sequence bigint, error text)
  ),
  postponed as (
    update outbox_events o set attempts = attempts + 1, last_error = left(given.error, 500),
      next_attempt_at = now() + least(power(2, attempts), 300) * interval '1 second',
      parked_at = case when attempts + 1 >= ${maxAttempts} then now() end
    from given where o.sequence = given.sequence
    returning o.sequence, o.parked_at
  )
  select jsonb_build_object('parked', (
    select coalesce(jsonb_agg(sequence), '[]') from postponed where parked_at is not null)) as result`,
)
