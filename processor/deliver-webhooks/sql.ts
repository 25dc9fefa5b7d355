import { z } from "zod"
import { statementOf } from "../../db/statement.ts"

const dueDelivery = z.object({
  deliveryId: z.number().int(),
  endpointId: z.string(),
  eventId: z.string(),
  event: z.record(z.string(), z.unknown()),
  url: z.string(),
  /** Newest first; two while a secret is rotated. */
  secrets: z.array(z.string()),
  /** Includes this attempt. */
  attempt: z.number().int(),
  /** Time since the event was queued for the endpoint. */
  ageMs: z.number(),
  /** The single attempt that tests a paused endpoint. */
  isProbe: z.boolean(),
})

export type DueDelivery = z.infer<typeof dueDelivery>

/** Maximum deliveries in flight to one endpoint, and to all endpoints of one user, over all workers. */
const maxPerEndpoint = 4
const maxPerUser = 8

/** Number of consecutive failures after which an endpoint is paused. */
const maxConsecutiveFailures = 3
const firstPauseSeconds = 10
const longestPauseSeconds = 1800

/** The first key of the advisory locks under which workers lease: any number. The second one is the user. */
const leaseLock = 7_201_129

/** Number of endpoints that one statement examines. Exceeds the limit, as some are paused or have enough in flight. */
const maxEndpoints = "(20 + 2 * ($1::jsonb->>'limit')::int)"

const page = z.object({
  deliveries: z.array(dueDelivery),
  /** `after` of the next call; null when there are no further endpoints. */
  after: z.string().nullable(),
})

export type DuePage = z.infer<typeof page>

/**
 * Leases due deliveries: one per endpoint after `after`, in the order of the endpoint ids, so that repeated calls serve
 * endpoints round robin. The deliveries of a dead worker are leased again when their lease expires. An endpoint whose
 * pause is over gets one delivery, the probe, and stays paused for other workers until the outcome is known. While
 * one worker leases for a user, others skip this user's endpoints: only then does each see all leases, and the limits
 * hold.
 */
export const leaseDue = statementOf<{ after: string; limit: number; leaseMs: number }>()(
  page,
  `
  with recursive waiting as (
    -- One index probe per endpoint, regardless of its number of deliveries.
    (select endpoint_id, 1 as step from webhook_deliveries
     where status = 'PENDING' and endpoint_id > $1::jsonb->>'after' order by endpoint_id limit 1)
    union all
    select (select d.endpoint_id from webhook_deliveries d
      where d.status = 'PENDING' and d.endpoint_id > waiting.endpoint_id order by d.endpoint_id limit 1), step + 1
    from waiting where waiting.endpoint_id is not null and step < ${maxEndpoints}
  ),
  open as (
    select e.endpoint_id, e.user_id, e.consecutive_failures >= ${maxConsecutiveFailures} as is_probe
    from waiting join webhook_endpoints e using (endpoint_id)
    where e.disabled_at is null and coalesce(e.paused_until <= now(), true)
  ),
  users_of_this_worker as materialized (
    select user_id from (select distinct user_id from open) as found
    where pg_try_advisory_xact_lock(${leaseLock}, hashtext(user_id))
  ),
  counted as materialized (
    -- The function sees what was committed before the lock was taken, which this statement's snapshot may not contain.
    select user_id, webhook_deliveries_in_flight(user_id) as in_flight from users_of_this_worker
  ),
  candidate as (
    select open.*, next.delivery_id, row_number() over (partition by user_id order by endpoint_id) + (
      select coalesce(sum(count::int), 0) from jsonb_each_text(counted.in_flight) as c (endpoint_id, count)
    ) as in_flight_of_user
    from open join counted using (user_id) cross join lateral (
      select d.delivery_id from webhook_deliveries d
      where d.endpoint_id = open.endpoint_id and d.status = 'PENDING' and d.next_attempt_at <= now()
      order by d.next_attempt_at limit 1
    ) as next
    where coalesce((counted.in_flight->>open.endpoint_id)::int, 0) < ${maxPerEndpoint}
  ),
  chosen as (
    select * from candidate where in_flight_of_user <= ${maxPerUser}
    order by endpoint_id limit ($1::jsonb->>'limit')::int
  ),
  locked as (
    select d.delivery_id, chosen.endpoint_id, chosen.is_probe
    from chosen join webhook_deliveries d using (delivery_id)
    where d.status = 'PENDING' and d.next_attempt_at <= now()
    for update of d skip locked
  ),
  probed as (
    -- Check again under the lock of the endpoint: only one worker may have the probe.
    update webhook_endpoints e set paused_until = now() + ($1::jsonb->>'leaseMs')::int * interval '1 millisecond'
    from locked where locked.is_probe and e.endpoint_id = locked.endpoint_id and e.paused_until <= now()
    returning e.endpoint_id
  ),
  leased as (
    update webhook_deliveries d set attempts = attempts + 1,
      next_attempt_at = now() + ($1::jsonb->>'leaseMs')::int * interval '1 millisecond',
      lease_expires_at = now() + ($1::jsonb->>'leaseMs')::int * interval '1 millisecond'
    from locked
    where d.delivery_id = locked.delivery_id
      and (not locked.is_probe or locked.endpoint_id in (select endpoint_id from probed))
    returning d.*, locked.is_probe
  )
  select jsonb_build_object(
    'deliveries', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'deliveryId', leased.delivery_id, 'endpointId', endpoint_id, 'eventId', leased.event_id, 'event', leased.event,
        'url', url,
        'secrets', case when previous_secret is not null and previous_secret_expires_at > now()
          then jsonb_build_array(secret, previous_secret)
          else jsonb_build_array(secret) end,
        'attempt', leased.attempts, 'isProbe', leased.is_probe,
        'ageMs', extract(epoch from now() - leased.created_at) * 1000) order by endpoint_id), '[]')
      from leased join webhook_endpoints using (endpoint_id)),
    'after', case
      when (select count(*) from chosen) = ($1::jsonb->>'limit')::int then (select max(endpoint_id) from chosen)
      else (select endpoint_id from waiting where step = ${maxEndpoints}) end) as result`,
)

export type DeliveryOutcome = {
  deliveryId: number
  attempt: number
  isProbe: boolean
  status: "DELIVERED" | "FAILED" | "PENDING"
  lastStatus: number | null
  lastError: string | null
  /** Pause before the next attempt, unless the endpoint is paused longer. */
  retryAfterMs: number | null
  /** Disables the endpoint for this reason. */
  disableReason: string | null
}

// The failure of a delivery that was in flight when the pause began does not count again.
const countsAsFailure = "((doc->>'isProbe')::boolean or coalesce(e.paused_until <= now(), true))"

const nextPause = `(0.8 + 0.4 * random()) * interval '1 second' * least(${longestPauseSeconds},
          ${firstPauseSeconds} * power(2, least(e.consecutive_failures + 1 - ${maxConsecutiveFailures}, 20)))`

const disableReason = `coalesce(doc->>'disableReason', case
        when doc->>'status' = 'FAILED' and e.failing_since < now() - interval '5 days'
        then 'nothing could be delivered for five days' end)`

/**
 * Records the outcome of an attempt. Consecutive failures pause the endpoint for all its deliveries; the pause grows
 * with each failed probe, and a success ends it. When an endpoint has failed for five days and a delivery fails, the
 * endpoint is disabled, and its pending deliveries fail too, because no worker would lease them.
 */
export const recordOutcome = statementOf<DeliveryOutcome>()(
  z.object({ isRecorded: z.boolean() }),
  `
  with input as (select $1::jsonb as doc),
  attempted as (
    select d.delivery_id, d.endpoint_id from input
    join webhook_deliveries d on d.delivery_id = (doc->>'deliveryId')::bigint
    where d.attempts = (doc->>'attempt')::int
      -- A success counts even if the endpoint was disabled in the meantime.
      and (d.status = 'PENDING' or doc->>'status' = 'DELIVERED')
    for update of d
  ),
  succeeded as (
    update webhook_endpoints e set consecutive_failures = 0, failing_since = null, paused_until = null
    from input, attempted
    where e.endpoint_id = attempted.endpoint_id and doc->>'status' = 'DELIVERED'
      -- Most successes do not change the endpoint and must not wait for its lock.
      and (e.consecutive_failures > 0 or e.failing_since is not null or e.paused_until is not null)
  ),
  failed as (
    update webhook_endpoints e set
      failing_since = coalesce(e.failing_since, now()),
      consecutive_failures = e.consecutive_failures + (${countsAsFailure})::int,
      paused_until = case when ${countsAsFailure} and e.consecutive_failures + 1 >= ${maxConsecutiveFailures}
        then now() + ${nextPause} else e.paused_until end,
      disabled_at = case when ${disableReason} is null then e.disabled_at else coalesce(e.disabled_at, now()) end,
      disabled_reason = coalesce(e.disabled_reason, ${disableReason})
    from input, attempted
    where e.endpoint_id = attempted.endpoint_id and doc->>'status' <> 'DELIVERED'
    returning e.endpoint_id, e.paused_until, e.disabled_at
  ),
  recorded as (
    update webhook_deliveries d set
      -- A delivery that was in flight when its endpoint was disabled is not attempted again.
      status = case when failed.disabled_at is not null then 'FAILED' else doc->>'status' end, last_status = (doc->>'lastStatus')::int,
      last_error = left(doc->>'lastError', 300), lease_expires_at = null,
      delivered_at = case when doc->>'status' = 'DELIVERED' then now() end,
      next_attempt_at = case when failed.paused_until > now() then failed.paused_until
        else now() + coalesce((doc->>'retryAfterMs')::bigint, 0) * interval '1 millisecond' end
    from input, attempted left join failed using (endpoint_id)
    where d.delivery_id = attempted.delivery_id
  ),
  given_up as (
    update webhook_deliveries d set status = 'FAILED', last_error = 'the endpoint was disabled'
    from (
      select w.delivery_id from failed join webhook_deliveries w using (endpoint_id)
      where failed.disabled_at is not null and w.status = 'PENDING'
        and w.delivery_id not in (select delivery_id from attempted)
      -- Skip rows that another worker has locked to record an outcome of this endpoint: waiting would deadlock.
      for update of w skip locked
    ) as rest
    where d.delivery_id = rest.delivery_id
  )
  select jsonb_build_object('isRecorded', exists (select from attempted)) as result`,
)
