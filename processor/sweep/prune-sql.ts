import * as z from "zod"
import { statementOf } from "../../db/statement.ts"

/** Rows of one table that one run deletes at most: the statement stays short, and the next sweep continues. */
const limit = 10_000

/**
 * Deletes rows that have served their time. Rows are named by their place (`ctid`): joined by key, the planner expects
 * the limit's number of rows and reads the whole table.
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
      -- Clocks differ: a token is accepted for some seconds after its expiry.
      where expires_at < now() - interval '1 hour' order by expires_at limit ${limit}))
    returning 1
  ),
  events as (
    delete from outbox_events where ctid = any (array(
      select place from (
        select ctid as place, occurred_at from outbox_events
        where relay_position <= (
            select min(position) from outbox_sinks
            -- A sink that left the configuration for good keeps no events.
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
