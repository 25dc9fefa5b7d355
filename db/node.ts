import postgres from "postgres"
import { DatabaseUnavailable, isDatabaseOutage } from "./outage.ts"
import type { Database } from "./statement.ts"
import { withinTime } from "./time-limit.ts"

/** A pool of connections that live as long as the process. */
export type NodeDatabase = Database & {
  /** Waits up to `timeoutSeconds` for what is under way, then closes every connection. */
  close: (timeoutSeconds?: number) => Promise<void>
}

/** Opens a pool of at most `max` connections; each connects with its first statement. */
export const openNodeDatabase = (url: string, max: number): NodeDatabase => {
  const client = postgres(url, { max, fetch_types: false, connect_timeout: 5, onnotice: () => undefined })
  return {
    ...databaseOf(client),
    close: (timeoutSeconds = 5) => client.end({ timeout: timeoutSeconds }),
  }
}

/**
 * Runs statements on a client, or in a transaction, that the caller opens and closes.
 * @throws DatabaseUnavailable (from `run`) when the server is unreachable, silent or shutting down
 */
export const databaseOf = (client: Pick<postgres.Sql, "unsafe">): Database => ({
  run: async (statement, input) => {
    // Typed as text, or postgres.js would serialize the document a second time.
    const text = statement.text.replaceAll("$1", () => "$1::text")
    const parameters = statement.text.includes("$1") ? [JSON.stringify(input)] : []
    const rows = await answered(client.unsafe(text, parameters, { prepare: true }))
    return statement.output.parse(rows[0]?.result)
  },
})

/** No statement of ours takes longer; a silent server would hold its caller until TCP gives up. */
const answerTimeoutMs = 30_000

const answered = async <T>(query: Promise<T>): Promise<T> => {
  try {
    return await withinTime(query, answerTimeoutMs, () => new DatabaseUnavailable("no answer in time"))
  } catch (error) {
    throw isDatabaseOutage(error) ? new DatabaseUnavailable("unreachable", { cause: error }) : error
  }
}
