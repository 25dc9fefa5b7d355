import { z } from "zod"
import { type Database, statementOf } from "../../db/statement.ts"
import { type CloudEvent, cloudEventOf } from "../../domain/cloud-event.ts"
import type { UserId } from "../../domain/ids.ts"
import type { Sink } from "./deliver-batch.ts"

export type WebhookSinkOptions = { database: Database; environment: string }

/** Queues events for their users' webhooks: each event once per endpoint that subscribes to its type. */
export const webhookSink = ({ database, environment }: WebhookSinkOptions): Sink => ({
  name: "webhooks",
  publish: async (events) => {
    const userIds = [...new Set(events.map(({ userId }) => userId))]
    // Most users have no webhook, so avoid sending their events to the database.
    const subscribers = new Set(await database.run(selectSubscribers, { userIds }))
    const wanted = events.filter(({ userId }) => subscribers.has(userId))
    if (wanted.length === 0) return []
    await database.run(queueDeliveries, {
      events: wanted.map((event) => ({
        eventId: event.eventId,
        userId: event.userId,
        type: event.type,
        event: cloudEventOf(event, environment),
      })),
    })
    return []
  },
  probe: async () => {
    await database.run(selectSubscribers, { userIds: [] })
  },
})

/** Selects the users with an enabled webhook. */
const selectSubscribers = statementOf<{ userIds: readonly UserId[] }>()(
  z.array(z.string()),
  `
  select coalesce(jsonb_agg(distinct endpoint.user_id), '[]') as result
  from jsonb_array_elements_text($1::jsonb->'userIds') as given (user_id)
  join webhook_endpoints endpoint using (user_id) join users using (user_id)
  where endpoint.disabled_at is null and users.status = 'ACTIVE'`,
)

/** Adds a delivery per event and endpoint. Existing deliveries are not changed. */
const queueDeliveries = statementOf<{
  events: readonly { eventId: string; userId: UserId; type: string; event: CloudEvent }[]
}>()(
  z.object({ deliveries: z.number().int() }),
  `
  with given as (
    select e."eventId" as event_id, e."userId" as user_id, e.type, e.event, e.ordinality
    from rows from (jsonb_to_recordset($1::jsonb->'events') as ("eventId" text, "userId" text, type text, event jsonb))
      with ordinality as e
  ),
  queued as (
    insert into webhook_deliveries (endpoint_id, event_id, event)
    select endpoint.endpoint_id, given.event_id, given.event
    from given join webhook_endpoints endpoint using (user_id)
    where endpoint.disabled_at is null
      and (endpoint.event_types is null or endpoint.event_types ? given.type)
    order by given.ordinality
    on conflict do nothing
    returning 1
  )
  select jsonb_build_object('deliveries', (select count(*) from queued)) as result`,
)
