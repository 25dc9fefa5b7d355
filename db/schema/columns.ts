import { type SQL, sql } from "drizzle-orm"
import { type PgColumn, timestamp } from "drizzle-orm/pg-core"

/** A CHECK that allows only the values defined in the domain. */
export const oneOf = (column: PgColumn, values: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(", "))})`

/** An SQL array of values defined in the domain. */
export const arrayOf = (values: readonly string[]): SQL =>
  sql.raw(`array[${values.map((value) => `'${value}'`).join(", ")}]::text[]`)

/** A column with a point in time. */
export const instant = (name: string) => timestamp(name, { withTimezone: true })
