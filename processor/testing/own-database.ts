import { randomUUID } from "node:crypto"
import postgres from "postgres"
import { inject } from "vitest"
import { migrateDatabase } from "../../db/migrate.ts"
import { type NodeDatabase, openNodeDatabase } from "../../db/node.ts"

/** A migrated database for one test file, for statements that depend on the rows of every user. */
export type OwnDatabase = { database: NodeDatabase; rows: postgres.Sql; remove: () => Promise<void> }

export const createOwnDatabase = async (): Promise<OwnDatabase> => {
  const name = `test_${randomUUID().replaceAll("-", "")}`
  const url = new URL(inject("environment").databaseUrl)
  const admin = postgres(url.href, { max: 1, onnotice: () => undefined })
  await admin.unsafe(`create database ${name}`)
  url.pathname = `/${name}`
  await migrateDatabase(url.href)
  const database = openNodeDatabase(url.href, 8)
  const rows = postgres(url.href, { max: 2, onnotice: () => undefined })
  return {
    database,
    rows,
    remove: async () => {
      await database.close()
      await rows.end()
      await admin.unsafe(`drop database if exists ${name} with (force)`)
      await admin.end()
    },
  }
}
