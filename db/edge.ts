import { connect } from "node:net"
import postgres from "postgres"
import { DatabaseUnavailable } from "../domain/outage.ts"
import { errorCodeOf, isDatabaseOutage } from "./outage.ts"
import type { Database } from "./statement.ts"
import { withinTime } from "./time-limit.ts"

/** The user of a statement is deleted or disabled. The statement had no effect. */
export class InactiveUser extends Error {
  override name = "InactiveUser"
}

const connectTimeoutSeconds = 5
const statementTimeoutMs = 10_000

const connectionOptions = {
  max: 1,
  fetch_types: false,
  connect_timeout: connectTimeoutSeconds,
  // Replaces the socket of postgres.js for workerd (node_modules/postgres/cf/polyfills.js): closing that socket rejects
  // its pending read, and nothing handles the rejection. node:net in workerd opens the same kind of connection.
  socket: ({ host, port }: { host: [string]; port: [number] }) =>
    connect({ host: host[0], port: port[0] }).on("error", markAsOutage),
}

/** Workerd's socket errors have no code. Every socket error is an outage, regardless of its message. */
const markAsOutage = (error: Error): void => {
  if (!("code" in error)) Object.assign(error, { code: "CONNECTION_FAILED" })
}

// Only the extended protocol rejects a text with more than one statement.
const extendedProtocol = { prepare: false, simple: false }

export type EdgeDatabase = Database & {
  /** Closes the connection. Only needed in Durable Objects, whose sockets stay open after a request. */
  close: () => Promise<void>
}

/**
 * Opens a database for one request of a Worker. The first statement opens the socket, and the runtime closes it at the
 * end of the request; calling `end()` would cost a round trip.
 * @throws DatabaseUnavailable (by `run`) when the server is unreachable or does not respond, InactiveUser
 */
export const openEdgeDatabase = (connectionString: string): EdgeDatabase => {
  let client: postgres.Sql | undefined
  return {
    run: async (statement, input) => {
      client ??= postgres(connectionString, connectionOptions)
      const rows = await withOutages(
        client.unsafe(withInlineInput(statement.text, input), [], extendedProtocol),
      )
      return statement.output.parse(rows[0]?.result)
    },
    close: async () => client?.end({ timeout: 1 }),
  }
}

/**
 * Inserts the document into the text instead of sending it as a parameter. For a statement with parameters, postgres.js
 * first asks the server to describe it, which costs a round trip on every new connection. A statement without parameters
 * needs none, and the planner sees the document as a constant.
 *
 * Every apostrophe is written as \u0027, which JSON allows, so that no value can end the literal. Backslashes have no
 * meaning in a standard-conforming literal
 * (https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS).
 * See docs/decisions/0001-one-round-trip.md.
 */
export const withInlineInput = (text: string, input: unknown): string => {
  const literal = `'${JSON.stringify(input).replaceAll("'", "\\u0027")}'`
  return text.replaceAll("$1", () => literal)
}

const withOutages = async <T>(query: Promise<T>): Promise<T> => {
  try {
    return await withinTime(query, statementTimeoutMs, () => new DatabaseUnavailable("no response in time"))
  } catch (error) {
    if (errorCodeOf(error) === inactiveUserCode) throw new InactiveUser("deleted or disabled")
    throw isDatabaseOutage(error) ? new DatabaseUnavailable("unreachable", { cause: error }) : error
  }
}

// Raised by acting_user() in db/migrations/0004_guards.sql.
const inactiveUserCode = "RP401"
