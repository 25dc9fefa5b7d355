import { randomUUID } from "node:crypto"
import postgres from "postgres"
import { migrateDatabase } from "../migrate.ts"

/** A migrated database of one test file, for tests that change or measure whole tables. */
export type OwnDatabase = {
  url: string
  /** One connection. */
  sql: postgres.Sql
  drop: () => Promise<void>
}

/** Creates a database beside the one at `environmentUrl` and migrates it. */
export const createOwnDatabase = async (environmentUrl: string): Promise<OwnDatabase> => {
  const name = `own_${randomUUID().replaceAll("-", "")}`
  const admin = postgres(environmentUrl, { max: 1 })
  await admin`create database ${admin(name)}`
  const url = new URL(environmentUrl)
  url.pathname = `/${name}`
  await migrateDatabase(url.href)
  const sql = postgres(url.href, { max: 1, onnotice: () => undefined })
  return {
    url: url.href,
    sql,
    drop: async () => {
      await sql.end()
      await admin`drop database ${admin(name)} with (force)`
      await admin.end()
    },
  }
}
