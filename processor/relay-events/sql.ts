import { z } from "zod"
import { statementOf } from "../../db/statement.ts"
import { eventTypes } from "../../domain/events.ts"
import { isJobId, isPhotoId, isUserId } from "../../domain/ids.ts"
import type { PostponedEvent } from "./deliver-batch.ts"

const queuedEvent = z.object({
  sequence: z.number().int(),
  eventId: z.string(),
  type: z.enum(eventTypes),
  userId: z.string().refine(isUserId),
  jobId: z.string().refine(isJobId),
  photoId: z.string().refine(isPhotoId).nullable(),
  data: z.record(z.string(), z.unknown()),
  occurredAt: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  holdKey: z.string().nullable(),
})

const eventJson = `'sequence', sequence, 'eventId', event_id, 'type', type, 'userId', user_id, 'jobId', job_id,
    'photoId', photo_id, 'data', data, 'occurredAt', occurred_at`

/** Maximum number of events that one statement numbers. */
const maxNumbered = 5_000

/**
 * Assigns a relay position to committed events. `sequence` is not a safe cursor: it is assigned before the commit, so
 * a lower one may become visible after a higher one was relayed. Positions are assigned after the commit and under a
 * row lock, so they become visible in order. Within a job they follow `sequence`: the events of a job are inserted
 * while its row is locked, so when one is visible, all earlier ones are.
 */
export const numberEvents = statementOf<object>()(
  z.object({ numbered: z.number().int() }),
  `
  with committed as (
    select sequence from outbox_events where relay_position is null order by sequence limit ${maxNumbered}
  ),
  numbering as (
    select last_position from outbox_numbering where exists (select from committed) for update
  ),
  numbered as (
    update outbox_events e set relay_position = numbering.last_position + ranked.rank
    from numbering, (select sequence, row_number() over (order by sequence) as rank from committed) as ranked
    -- Check again after waiting for the lock: another relay may have numbered these events.
    where e.sequence = ranked.sequence and e.relay_position is null
    returning e.relay_position
  ),
  counted as (
    update outbox_numbering set last_position = newest.position
    from (select max(relay_position) as position from numbered) as newest where newest.position is not null
  )
  select jsonb_build_object('numbered', (select count(*) from numbered)) as result`,
)

const startPosition = `coalesce(($1::jsonb->>'after')::bigint,
        (select position from outbox_sinks where sink = $1::jsonb->>'sink'))`

/** Selects the next events after the position of a sink or after `after`. Events with a `holdKey` must wait. */
export const selectNewEvents = statementOf<{ sink: string; after: number | null; limit: number }>()(
  z.object({
    events: z.array(queuedEvent),
    advance: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
  }),
  `
  with page as (
    select e.*, (
      select u.hold_key from undelivered_events u
      where u.sink = $1::jsonb->>'sink' and u.parked_at is null and u.hold_key in (e.user_id, e.job_id)
      order by u.hold_key = e.user_id desc limit 1) as held_key
    from outbox_events e
    where e.relay_position > ${startPosition}
    order by e.relay_position limit ($1::jsonb->>'limit')::int
  )
  select jsonb_build_object(
    'events', coalesce(jsonb_agg(jsonb_build_object(${eventJson}, 'holdKey', held_key) order by relay_position), '[]'),
    'advance', case when count(*) > 0 then jsonb_build_object(
      'from', ${startPosition}, 'to', max(relay_position)) end
  ) as result
  from page`,
)

/** Maximum number of postponed events per user or job in a batch, so that a long queue leaves room for others. */
const maxEventsPerHold = 100

/** Selects postponed events of a sink that are due. An event is not due while an earlier event of its job is not due. */
export const selectDueEvents = statementOf<{ sink: string; limit: number }>()(
  z.array(queuedEvent),
  `
  with recursive hold as (
    -- One index probe per hold key, regardless of its number of events.
    (select hold_key from undelivered_events
     where sink = $1::jsonb->>'sink' and parked_at is null order by hold_key limit 1)
    union all
    select (select u.hold_key from undelivered_events u
      where u.sink = $1::jsonb->>'sink' and u.parked_at is null and u.hold_key > hold.hold_key
      order by u.hold_key limit 1)
    from hold where hold.hold_key is not null
  ),
  due as (
    select next.sequence from hold cross join lateral (
      select u.sequence, u.job_id from undelivered_events u
      where u.sink = $1::jsonb->>'sink' and u.parked_at is null and u.hold_key = hold.hold_key
      order by u.sequence limit ${maxEventsPerHold}
    ) as next
    where not exists (
        select from undelivered_events failed
        where failed.sink = $1::jsonb->>'sink' and failed.parked_at is null and failed.hold_key = hold.hold_key
          and failed.next_attempt_at > now())
      and not exists (
        select from undelivered_events failed
        where failed.sink = $1::jsonb->>'sink' and failed.parked_at is null and failed.job_id = next.job_id
          and failed.sequence <= next.sequence and failed.next_attempt_at > now())
    order by next.sequence limit ($1::jsonb->>'limit')::int
  )
  select coalesce(jsonb_agg(jsonb_build_object(${eventJson}, 'holdKey', null) order by sequence), '[]') as result
  from due join outbox_events using (sequence)`,
)

/** Number of failures after which an event is parked, after about 18 minutes. */
const maxAttempts = 12

const maxPauseSeconds = 300

/** Maximum of the attempt counter: the column is a smallint, and an outage may be long. */
const maxCountedAttempts = 10_000

/**
 * Records the outcome of a batch: advances the position of the sink, deletes the records of postponed events that are
 * now delivered, and postpones failed events with growing pauses. Parks an event after too many failures; if the whole
 * user fails, all waiting events of the user are parked. An event is parked only if the sink has accepted other events
 * since it was postponed; otherwise the sink is unavailable and the event is not the cause.
 */
export const settleEvents = statementOf<{
  sink: string
  advance: { from: number; to: number } | null
  hasAccepted: boolean
  delivered: readonly number[]
  postponed: readonly PostponedEvent[]
}>()(
  z.object({ isSettled: z.boolean(), parked: z.array(z.number().int()) }),
  `
  with input as (select $1::jsonb as doc),
  sink as (
    update outbox_sinks s set position = coalesce((doc->'advance'->>'to')::bigint, s.position),
      last_accepted_at = case when (doc->>'hasAccepted')::boolean then now() else s.last_accepted_at end
    from input
    -- Another relay may have advanced the position since this batch was read.
    where s.sink = doc->>'sink' and coalesce((doc->'advance'->>'from')::bigint = s.position, true)
    returning s.sink, s.last_accepted_at
  ),
  delivered as (
    select sequence::bigint from input, jsonb_array_elements_text(doc->'delivered') as sequence
  ),
  deleted as (
    delete from undelivered_events u using sink, delivered
    where u.sink = sink.sink and u.sequence = delivered.sequence
  ),
  -- Events that reach the maximum number of failures. If the hold key is the user, all events of the user are parked.
  parking as (
    select u.sequence, given."holdKey" as hold_key
    from sink, input, jsonb_to_recordset(doc->'postponed') as given (sequence bigint, "holdKey" text, error text)
    join undelivered_events u on u.sequence = given.sequence
    where u.sink = sink.sink and given.error is not null and u.attempts + 1 >= ${maxAttempts}
      and sink.last_accepted_at > u.postponed_at
  ),
  postponed as (
    insert into undelivered_events as u
      (sink, sequence, user_id, job_id, hold_key, attempts, next_attempt_at, last_error)
    select sink.sink, e.sequence, e.user_id, e.job_id, given."holdKey", (given.error is not null)::int,
      case when given.error is not null then now() + interval '1 second' end, left(given.error, 500)
    from sink, input, jsonb_to_recordset(doc->'postponed') as given (sequence bigint, "holdKey" text, error text)
    join outbox_events e using (sequence)
    on conflict (sink, sequence) do update set
      hold_key = excluded.hold_key,
      attempts = least(u.attempts + excluded.attempts, ${maxCountedAttempts}),
      last_error = coalesce(excluded.last_error, u.last_error),
      next_attempt_at = case when excluded.attempts = 0 then u.next_attempt_at
        else now() + least(power(2, least(u.attempts, ${maxAttempts})), ${maxPauseSeconds}) * interval '1 second' end,
      parked_at = case when exists (
        select from parking where parking.sequence = excluded.sequence
          or parking.hold_key = excluded.user_id and excluded.hold_key = excluded.user_id) then now() end
    returning u.sequence, u.user_id, u.hold_key, u.parked_at
  ),
  parked_with_user as (
    update undelivered_events u set parked_at = now()
    from sink, (select distinct hold_key from postponed where parked_at is not null and hold_key = user_id) as failing_user
    where u.sink = sink.sink and u.hold_key = failing_user.hold_key and u.parked_at is null
      and u.sequence not in (select sequence from postponed union all select sequence from delivered)
    returning u.sequence
  )
  select jsonb_build_object(
    'isSettled', exists (select from sink),
    'parked', (
      select coalesce(jsonb_agg(sequence order by sequence), '[]') from (
        select sequence from postponed where parked_at is not null
        union all select sequence from parked_with_user) as parked)) as result`,
)

/**
 * Adds new sinks at the current position, so that they receive only later events, and retires sinks that are no longer
 * configured: pruning then ignores them.
 */
export const registerSinks = statementOf<{ sinks: readonly string[] }>()(
  z.object({ added: z.array(z.string()), retired: z.array(z.string()) }),
  `
  with configured as (select jsonb_array_elements_text($1::jsonb->'sinks') as sink),
  added as (
    insert into outbox_sinks (sink, position)
    select sink, last_position from configured, outbox_numbering
    on conflict (sink) do update set retired_at = null
    returning sink, xmax = 0 as is_new
  ),
  retired as (
    update outbox_sinks set retired_at = now()
    where retired_at is null and sink not in (select sink from configured)
    returning sink
  )
  select jsonb_build_object(
    'added', (select coalesce(jsonb_agg(sink), '[]') from added where is_new),
    'retired', (select coalesce(jsonb_agg(sink), '[]') from retired)) as result`,
)
