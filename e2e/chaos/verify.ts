import { readdir, readFile } from "node:fs/promises"
import type postgres from "postgres"
import type { ChaosJob, Expectation } from "./client.ts"

/** Returns a description of every violation after a run. */
export const findViolations = async (
  rows: postgres.Sql,
  jobs: readonly ChaosJob[],
  relayedIds: readonly string[],
): Promise<string[]> => {
  const violations: string[] = []
  for (const { jobId, expected } of jobs) {
    const photos = await rows`
      select p.photo_id, p.status, p.failure_reason,
        (select count(*)::int from outbox_events e where e.photo_id = p.photo_id
          and e.type in ('PhotoProcessingCompleted', 'PhotoFailed', 'PhotoCancelled', 'PhotoDuplicateFound')) as terminal_events
      from photos p where job_id = ${jobId}`
    for (const { photo_id, status, failure_reason, terminal_events } of photos) {
      const expectedOutcome = expected.get(photo_id)
      if (!expectedOutcome || outcomeOf(status, failure_reason) !== expectedOutcome)
        violations.push(`${photo_id} is ${status} ${failure_reason ?? ""} instead of ${expectedOutcome}`)
      if (terminal_events !== 1) violations.push(`${photo_id} has ${terminal_events} terminal events`)
    }
    const [job] = await rows`
      select j.*, (select count(*)::int from outbox_events e where e.job_id = j.job_id
        and e.type = 'UploadJobCompleted') as terminal_events from upload_jobs j where job_id = ${jobId}`
    const count = (outcome: Expectation) => [...expected.values()].filter((each) => each === outcome).length
    const counts = [job?.completed_count, job?.failed_count, job?.cancelled_count, job?.duplicate_count]
    const expectedCounts = [count("COMPLETED"), count("CORRUPT"), count("CANCELLED"), count("DUPLICATE")]
    if (counts.join() !== expectedCounts.join())
      violations.push(`${jobId} counts ${counts} instead of ${expectedCounts}`)
    if (job?.terminal_events !== 1) violations.push(`${jobId} has ${job?.terminal_events} terminal events`)
  }
  const stuck = await rows`
    select event_id from outbox_events e
    where coalesce(relay_position > (select min(position) from outbox_sinks), true)
      or exists (select from undelivered_events u where u.sequence = e.sequence)`
  if (stuck.length > 0) violations.push(`${stuck.length} events were not delivered to every sink`)
  const relayed = new Set(relayedIds)
  const all = await rows`select event_id from outbox_events`
  const unrelayed = all.filter(({ event_id }) => !relayed.has(event_id))
  if (unrelayed.length > 0) violations.push(`${unrelayed.length} events never reached the edge`)
  const usage = await rows`
    select u.user_id, u.used_photos, (select count(*)::int from photos p where p.user_id = u.user_id
      and p.status not in ('CANCELLED', 'DUPLICATE') and not (p.status = 'FAILED' and p.etag is null) and p.deleted_at is null) as held from users u`
  for (const { user_id, used_photos, held } of usage)
    if (used_photos !== held)
      violations.push(`${user_id} is charged for ${used_photos} photos and has ${held}`)
  return violations
}

const outcomeOf = (status: string, reason: string | null): string =>
  status === "FAILED" ? (reason ?? "FAILED") : status

/** Returns the running processes whose command line contains `text`, except this one. */
export const orphansOf = async (text: string): Promise<string[]> => {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(
    pids.map(async (pid) => ({
      pid,
      line: await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
    })),
  )
  return lines
    .filter(({ pid, line }) => line.includes(text) && Number(pid) !== process.pid)
    .map(({ pid, line }) => `${pid} ${line.replaceAll("\0", " ")}`)
}
