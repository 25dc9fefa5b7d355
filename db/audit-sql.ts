/**
 * Writes one audit row for the command, in the command's own statement. Commands with an id that the user does not have
 * are only counted per day, so that probing ids cannot fill the log.
 * Requires: `select` returns rows of (user_id, job_id, photo_id, outcome); for an unknown id the outcome is `not_found`.
 * Provides: the CTEs `command`, `audit` and `unknown_id`.
 */
export const auditOf = (action: string, select: string): string => `
  command as (select user_id, job_id, photo_id, outcome from (${select}) as each_command),
  audit as (
    insert into audit_log (user_id, action, job_id, photo_id, outcome)
    select user_id, '${action}', job_id, photo_id, outcome from command where outcome <> 'not_found'
  ),
  unknown_id as (
    insert into unknown_id_requests as known_requests (user_id, action, day, requests)
    select user_id, '${action}', (now() at time zone 'UTC')::date, count(*) from command
    where outcome = 'not_found' group by user_id
    on conflict (user_id, action, day) do update
      set requests = known_requests.requests + excluded.requests, last_at = now()
  )`
