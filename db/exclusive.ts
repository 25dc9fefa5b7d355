import { setTimeout as pause } from "node:timers/promises"
import postgres from "postgres"
import { databaseOf } from "./node.ts"
import type { Database } from "./statement.ts"

export type ExclusiveWork = {
  /** Key of the advisory lock. It is the same in every process that does this work. */
  lock: number
  /** A channel to LISTEN on. `onNotify` is called for each of its notifications and after every reconnection. */
  channel?: string
  onNotify?: () => void
  /** Does the work until `signal` is aborted, either because the process stops or because the lock is lost (`lost`). */
  run: (database: Database, signal: AbortSignal, lost: AbortSignal) => Promise<void>
  onError: (error: unknown) => void
}

const retryMs = 1000

/**
 * Runs work that only one process may do at a time, on a connection that holds an advisory lock. When that process
 * exits, Postgres releases the lock with the connection, and another process continues.
 * https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 * @returns when `signal` is aborted and the work has finished
 */
export const workExclusively = async (
  url: string,
  work: ExclusiveWork,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    await holdLock(url, work, signal).catch(work.onError)
    await pause(retryMs, undefined, { signal }).catch(() => undefined)
  }
}

const holdLock = async (url: string, work: ExclusiveWork, signal: AbortSignal): Promise<void> => {
  const lost = new AbortController()
  const client = postgres(url, {
    // The lock belongs to the connection, so the driver must not recycle or reopen it.
    max: 1,
    max_lifetime: null,
    idle_timeout: 0,
    fetch_types: false,
    connect_timeout: 5,
    onnotice: () => undefined,
    onclose: () => lost.abort(new Error("the connection that held the lock was closed")),
  })
  try {
    const [row] = await client`select pg_try_advisory_lock(${work.lock}) as is_held`
    if (row?.is_held !== true) return
    const listening =
      work.channel &&
      (await client.listen(
        work.channel,
        () => work.onNotify?.(),
        () => work.onNotify?.(),
      ))
    try {
      await work.run(databaseOf(client), AbortSignal.any([signal, lost.signal]), lost.signal)
    } finally {
      if (listening) await listening.unlisten().catch(() => undefined)
    }
  } finally {
    await client.end({ timeout: 1 })
  }
}
