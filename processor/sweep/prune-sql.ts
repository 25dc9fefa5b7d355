import * as z from "zod"
import { statementOf } from "../../db/statement.ts"

/** Maximum number of rows that one run deletes per table, to keep the statement short. The next sweep continues. */
const limit = 10_000

/**
 * Deletes rows past their retention. The rows are joined by `ctid`: with a join by key, the planner expects as many
 * rows as the limit and reads the whole table.
 */
export const prune = statementOf<{ eventDays: number; deliveryDays: number }>()(
  z.record(z.string(), z.number()),
  `
  with keys as (
    delete from idempotency_keys where ctid = any (array(
      select ctid from idempotency_keys
      where created_at < now() - interval '24 hours' order by created_at limit ${limit}))
    returning 1
  ),
  families as (
    delete from refresh_families where ctid = any (array(
      select ctid from refresh_families
      -- Because clocks differ, a token is accepted for a few seconds after its expiry.
      where expires_at < now() - interval '1 hour' order by expires_at limit ${limit}))
    returning 1
  ),
  events as (
    delete from outbox_events where ctid = any (array(
      select place from (
        select ctid as place, occurred_at from outbox_events
        where relay_position <= (
            select min(position) from outbox_sinks
            -- Events of a sink that was removed from the configuration are not kept.
            where coalesce(retired_at > now() - ($1::jsonb->>'eventDays')::int * interval '1 day', true))
          and sequence not in (select sequence from undelivered_events)
        order by relay_position limit ${limit}) as oldest
      where occurred_at < now() - ($1::jsonb->>'eventDays')::int * interval '1 day'))
    returning 1
  ),
  deliveries as (
    delete from webhook_deliveries where ctid = any (array(
      select ctid from webhook_deliveries
      where status <> 'PENDING' and created_at < now() - ($1::jsonb->>'deliveryDays')::int * interval '1 day'
      order by created_at limit ${limit}))
    returning 1
  )
  select jsonb_build_object(
    'idempotencyKeys', (select count(*) from keys), 'refreshFamilies', (select count(*) from families),
    'events', (select count(*) from events), 'deliveries', (select count(*) from deliveries)) as result`,
)
