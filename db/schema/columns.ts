import { type SQL, sql } from "drizzle-orm"
import { type PgColumn, timestamp } from "drizzle-orm/pg-core"

/** A CHECK that allows only the domain's values. */
export const oneOf = (column: PgColumn, values: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(", "))})`

/** An SQL array of the domain's values. */
export const arrayOf = (values: readonly string[]): SQL =>
  sql.raw(`array[${values.map((value) => `'${value}'`).join(", ")}]::text[]`)

/** A point in time. */
export const instant = (name: string) => timestamp(name, { withTimezone: true })
