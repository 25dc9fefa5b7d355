import * as z from "zod"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import type { EndpointId } from "../../../domain/webhook-endpoint.ts"
import { storedDelivery } from "./schema.ts"

export type DeliveriesPage = {
  userId: UserId
  endpointId: EndpointId
  before: string | null
  offset: number
  limit: number
}

/**
 * Reads a page of an endpoint's deliveries, newest first, and a tag that changes with any of them: every attempt
 * changes `next_attempt_at` when it starts and when its result is recorded.
 */
export const selectDeliveries = statementOf<DeliveriesPage>()(
  rowOrNotFound(z.object({ tag: z.string(), deliveries: z.array(storedDelivery) })),
  `
  with ${inputOfActingUser},
  endpoint as (
    select e.endpoint_id from input
    join webhook_endpoints e on e.endpoint_id = doc->>'endpointId' and e.user_id = doc->>'userId'
  ),
  page as (
    select d.* from endpoint join webhook_deliveries d using (endpoint_id)
    where ($1::jsonb->>'before' is null or d.delivery_id < ($1::jsonb->>'before')::bigint)
    order by d.delivery_id desc offset ($1::jsonb->>'offset')::int limit ($1::jsonb->>'limit')::int
  )
  select (
    select jsonb_build_object(
      'tag', (select md5(coalesce(string_agg(concat_ws(':', delivery_id, status, next_attempt_at), ',' order by delivery_id desc), '')) from page),
      'deliveries', (
        select coalesce(jsonb_agg(jsonb_build_object('deliveryId', delivery_id::text, 'eventId', event_id,
          'type', event->>'type', 'status', status, 'attempts', attempts, 'lastStatus', last_status,
          'lastError', last_error, 'nextAttemptAt', case when status = 'PENDING' then next_attempt_at end,
          'deliveredAt', delivered_at, 'createdAt', created_at) order by delivery_id desc), '[]') from page))
    from endpoint
  ) as result`,
)
