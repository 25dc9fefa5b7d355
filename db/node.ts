import postgres from "postgres"
import { DatabaseUnavailable } from "../domain/outage.ts"
import { isDatabaseOutage } from "./outage.ts"
import type { Database } from "./statement.ts"
import { withinTime } from "./time-limit.ts"

/** A pool of connections for the lifetime of the process. */
export type NodeDatabase = Database & {
  /** Waits up to `timeoutSeconds` for running statements, then closes every connection. */
  close: (timeoutSeconds?: number) => Promise<void>
}

/** Opens a pool of at most `max` connections. Each is opened when a statement needs it. */
export const openNodeDatabase = (url: string, max: number): NodeDatabase => {
  const client = postgres(url, { max, fetch_types: false, connect_timeout: 5, onnotice: () => undefined })
  return {
    ...databaseOf(client),
    close: (timeoutSeconds = 5) => client.end({ timeout: timeoutSeconds }),
  }
}

/**
 * Runs statements on a client, or in a transaction, that the caller opens and closes.
 * @throws DatabaseUnavailable (by `run`) when the server is unreachable, does not respond or is shutting down
 */
export const databaseOf = (client: Pick<postgres.Sql, "unsafe">): Database => ({
  run: async (statement, input) => {
    // Cast to text, because postgres.js would otherwise serialize the document a second time.
    const text = statement.text.replaceAll("$1", () => "$1::text")
    const parameters = statement.text.includes("$1") ? [JSON.stringify(input)] : []
    const rows = await withOutages(client.unsafe(text, parameters, { prepare: true }))
    return statement.output.parse(rows[0]?.result)
  },
})

/** Longer than any statement of this project. Without it, a caller waits for a hanging server until TCP times out. */
const statementTimeoutMs = 30_000

const withOutages = async <T>(query: Promise<T>): Promise<T> => {
  try {
    return await withinTime(query, statementTimeoutMs, () => new DatabaseUnavailable("no response in time"))
  } catch (error) {
    throw isDatabaseOutage(error) ? new DatabaseUnavailable("unreachable", { cause: error }) : error
  }
}
