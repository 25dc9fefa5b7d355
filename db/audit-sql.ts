/**
 * One audit row for the command, written in the statement that carries it out.
 * Requires: `select` yields rows of (user_id, job_id, photo_id, outcome).
 * Provides: the CTE `audit`.
 */
export const auditOf = (action: string, select: string): string => `
  audit as (
    insert into audit_log (user_id, action, job_id, photo_id, outcome)
    select user_id, '${action}', job_id, photo_id, outcome from (${select}) as command
  )`
