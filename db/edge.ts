import { connect } from "node:net"
import postgres from "postgres"
import { DatabaseUnavailable, errorCodeOf, isDatabaseOutage } from "./outage.ts"
import type { Database } from "./statement.ts"
import { withinTime } from "./time-limit.ts"

/** The statement acted for a user who is gone or disabled, so it was void. */
export class InactiveUser extends Error {
  override name = "InactiveUser"
}

const connectTimeoutSeconds = 5
const statementTimeoutMs = 10_000

const connectionOptions = {
  max: 1,
  fetch_types: false,
  connect_timeout: connectTimeoutSeconds,
  // Not postgres.js's own socket for workerd (node_modules/postgres/cf/polyfills.js): when it is closed, its pending
  // read rejects and nothing handles the rejection. node:net of workerd opens the same kind of connection.
  socket: ({ host, port }: { host: [string]; port: [number] }) =>
    connect({ host: host[0], port: port[0] }).on("error", markAsOutage),
}

/** Workerd's socket errors have no code. Every failure of a socket is an outage, whatever its message. */
const markAsOutage = (error: Error): void => {
  if (!("code" in error)) Object.assign(error, { code: "CONNECTION_FAILED" })
}

// Of the two protocols only the extended one refuses a second statement behind the first.
const extendedProtocol = { prepare: false, simple: false }

export type EdgeDatabase = Database & {
  /** For Durable Objects, whose sockets outlive their requests: nobody else would close them. */
  close: () => Promise<void>
}

/**
 * A database for one request of a Worker. The socket opens with the first statement and is left to the runtime,
 * which closes it with the request: calling `end()` gains nothing and costs a round trip.
 * @throws DatabaseUnavailable (from `run`) when the server is unreachable or silent, InactiveUser
 */
export const openEdgeDatabase = (connectionString: string): EdgeDatabase => {
  let client: postgres.Sql | undefined
  return {
    run: async (statement, input) => {
      client ??= postgres(connectionString, connectionOptions)
      const rows = await answered(client.unsafe(withInlineInput(statement.text, input), [], extendedProtocol))
      return statement.output.parse(rows[0]?.result)
    },
    close: async () => client?.end({ timeout: 1 }),
  }
}

/**
 * Puts the document into the text instead of sending it beside it. On a fresh connection postgres.js first asks
 * the server to describe a statement with parameters, which is a round trip; one without goes out whole. As a
 * constant the document also tells the planner what is asked for. JSON lets every apostrophe be written \u0027, so
 * nothing in it can end the literal, and backslashes mean nothing in a standard-conforming one
 * (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS).
 * See docs/decisions/0001-one-round-trip.md.
 */
export const withInlineInput = (text: string, input: unknown): string => {
  const literal = `'${JSON.stringify(input).replaceAll("'", "\\u0027")}'`
  return text.replaceAll("$1", () => literal)
}

const answered = async <T>(query: Promise<T>): Promise<T> => {
  try {
    return await withinTime(query, statementTimeoutMs, () => new DatabaseUnavailable("no answer in time"))
  } catch (error) {
    if (errorCodeOf(error) === inactiveUserCode) throw new InactiveUser("gone or disabled")
    throw isDatabaseOutage(error) ? new DatabaseUnavailable("unreachable", { cause: error }) : error
  }
}

// Raised by acting_user() in db/migrations/0004_guards.sql.
const inactiveUserCode = "RP401"
