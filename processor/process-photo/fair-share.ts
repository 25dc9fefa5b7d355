import * as z from "zod"

// A photo whose message was lost counts as waiting for this long at most; otherwise it would limit other users forever.
const waiting = (photo: string): string =>
  `${photo}.status = 'PROCESSING' and ${photo}.lease_expires_at is null
      and ${photo}.updated_at > now() - interval '5 minutes'`

/** Maximum number of waiting users that are counted. Each costs one index probe. */
const maxCountedUsers = 64

/**
 * CTEs that compute whether one more lease would exceed a user's share of the processing slots.
 * Requires: a CTE `input` with `doc.userId` and `doc.concurrency` (the slots of the calling process), in a
 * `with recursive`.
 * Provides: `share` (slots, is_exceeded), one row. `slots` are those of the whole fleet: when a user waits, all slots
 * are taken, so their number is that of the active leases plus the requesting slot.
 *
 * While other users wait with photos without a lease, a user with `ceil(slots / (waiting users + 1))` leases gets no
 * further lease. All users together have fewer leases than `slots`, so at least one waiting user is below the share,
 * and no slot stays idle.
 */
export const fairShare = `
  active_leases as (
    select count(*) as total, count(*) filter (where p.user_id = doc->>'userId') as own
    from input join photos p on p.status = 'PROCESSING' and p.lease_expires_at > now()
  ),
  -- One index probe per user: https://wiki.postgresql.org/wiki/Loose_indexscan
  waiting_users (user_id) as (
    (select p.user_id from photos p where ${waiting("p")} order by p.user_id limit 1)
    union all
    select (select p.user_id from photos p where ${waiting("p")} and p.user_id > previous.user_id
      order by p.user_id limit 1)
    from waiting_users previous where previous.user_id is not null
  ),
  share as (
    select slots, case when own = 0 then false else (
        select count(*) > 0 and own >= ceil(slots::numeric / (count(*) + 1)) from (
          select from waiting_users w, input where w.user_id <> doc->>'userId' limit ${maxCountedUsers}
        ) as others
      ) end as is_exceeded
    from (
      select own, greatest((doc->>'concurrency')::int, total + 1) as slots from input, active_leases
    ) as fleet
  )`

/** SQL for the number of photos without a lease of the user in `doc.userId`. */
export const waitingPhotosOfUser = `
  (select count(*) from photos p where p.status = 'PROCESSING' and p.lease_expires_at is null
    and p.user_id = doc->>'userId')`

/** A claim above the user's share, with the inputs for the delay of its message. */
export const deferral = z.object({ waitingPhotos: z.number().int(), slots: z.number().int() })

export type Deferral = z.infer<typeof deferral>

// No slot processes more photos per second, so redelivery at this rate keeps all slots busy.
const returnsPerSlotAndSecond = 5
// SQS delays a message by 15 minutes at most:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const maxDelaySeconds = 900

/** SQL for the longest delay of a deferred message, in seconds; `slots` and `waitingPhotos` are SQL expressions. */
export const longestDeferralSeconds = (slots: string, waitingPhotos: string): string =>
  `least(${maxDelaySeconds}, greatest(1, ceil(2.0 * ${waitingPhotos} / (${returnsPerSlotAndSecond} * ${slots}))))`

/**
 * The delay of a deferred message. It is random within a span that grows with the user's backlog, so that the deferred
 * messages of a user are redelivered at a constant rate for any backlog.
 * @param random from 0 to 1
 */
export const deferralSeconds = ({ waitingPhotos, slots }: Deferral, random: number): number => {
  const spanSeconds = (2 * waitingPhotos) / (returnsPerSlotAndSecond * slots)
  return Math.min(maxDelaySeconds, Math.max(1, Math.ceil(random * spanSeconds)))
}
