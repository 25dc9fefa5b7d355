import { z } from "zod"
import { statementOf } from "../../db/statement.ts"

const dueDelivery = z.object({
  deliveryId: z.number().int(),
  endpointId: z.string(),
  eventId: z.string(),
  event: z.record(z.string(), z.unknown()),
  url: z.string(),
  /** The newest first; two while a secret is rolled. */
  secrets: z.array(z.string()),
  /** This one included. */
  attempt: z.number().int(),
})

export type DueDelivery = z.infer<typeof dueDelivery>

/** Takes deliveries that are due. Each is one worker's until its lease lapses; a dead worker's come back. */
export const takeDue = statementOf<{ limit: number; leaseMs: number }>()(
  z.array(dueDelivery),
  `
  with due as (
    select d.delivery_id from webhook_deliveries d join webhook_endpoints e using (endpoint_id)
    where d.status = 'PENDING' and d.next_attempt_at <= now() and e.disabled_at is null
    order by d.next_attempt_at limit ($1::jsonb->>'limit')::int for update of d skip locked
  ),
  taken as (
    update webhook_deliveries d set attempts = attempts + 1,
      next_attempt_at = now() + ($1::jsonb->>'leaseMs')::int * interval '1 millisecond'
    from due where d.delivery_id = due.delivery_id
    returning d.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'deliveryId', delivery_id, 'endpointId', endpoint_id, 'eventId', event_id, 'event', event, 'url', url,
    'secrets', case when previous_secret is not null and previous_secret_expires_at > now()
      then jsonb_build_array(secret, previous_secret)
      else jsonb_build_array(secret) end,
    'attempt', attempts) order by delivery_id), '[]') as result
  from taken join webhook_endpoints using (endpoint_id)`,
)

export type DeliveryOutcome = {
  deliveryId: number
  attempt: number
  status: "DELIVERED" | "FAILED" | "PENDING"
  lastStatus: number | null
  lastError: string | null
  /** For one that is to be tried again. */
  retryAfterMs: number | null
  /** Why its endpoint is to be told nothing more, if so. */
  disableReason: string | null
}

/**
 * Writes down how an attempt went. An endpoint that has failed for five days without a success is disabled, and what
 * still waited for it is given up: nobody would ever take it, and every look for what is due would step over it.
 */
export const recordOutcome = statementOf<DeliveryOutcome>()(
  z.object({ isRecorded: z.boolean() }),
  `
  with input as (select $1::jsonb as doc),
  recorded as (
    update webhook_deliveries d set status = doc->>'status', last_status = (doc->>'lastStatus')::int,
      last_error = left(doc->>'lastError', 300),
      delivered_at = case when doc->>'status' = 'DELIVERED' then now() end,
      next_attempt_at = now() + coalesce((doc->>'retryAfterMs')::bigint, 0) * interval '1 millisecond'
    from input
    where d.delivery_id = (doc->>'deliveryId')::bigint and d.attempts = (doc->>'attempt')::int
      -- What arrived did, even if its endpoint was disabled meanwhile.
      and (d.status = 'PENDING' or doc->>'status' = 'DELIVERED')
    returning d.delivery_id, d.endpoint_id, d.status
  ),
  disabled as (
    update webhook_endpoints e set disabled_at = now(),
      disabled_reason = coalesce(doc->>'disableReason', 'nothing could be delivered for five days')
    from input, recorded
    where e.endpoint_id = recorded.endpoint_id and e.disabled_at is null and (
      doc->>'disableReason' is not null
      or recorded.status = 'FAILED' and exists (
        select from webhook_deliveries failing
        where failing.endpoint_id = e.endpoint_id and failing.status <> 'DELIVERED' and failing.attempts > 0
          and failing.created_at < now() - interval '5 days'
          and failing.created_at > coalesce((
            select max(delivered_at) from webhook_deliveries where endpoint_id = e.endpoint_id), '-infinity')))
    returning e.endpoint_id
  ),
  given_up as (
    update webhook_deliveries d set status = 'FAILED', last_error = 'the endpoint was disabled'
    from (
      select w.delivery_id from disabled join webhook_deliveries w using (endpoint_id)
      where w.status = 'PENDING' and w.delivery_id not in (select delivery_id from recorded)
      -- Never waits for another worker that writes down an outcome of this endpoint: they would wait for each other.
      for update of w skip locked
    ) as rest
    where d.delivery_id = rest.delivery_id
  )
  select jsonb_build_object('isRecorded', exists (select from recorded)) as result`,
)
