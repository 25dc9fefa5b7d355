/**
 * One audit row for the command, written in the statement that carries it out. A command for an id that the user does
 * not have is counted by day instead: probing ids must not fill the log.
 * Requires: `select` yields rows of (user_id, job_id, photo_id, outcome); outcome `not_found` is such a command.
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
