import postgres from "postgres"
import { inject } from "vitest"
import { type NodeDatabase, openNodeDatabase } from "../../db/node.ts"
import { createOwnDatabase as createDatabase } from "../../db/testing/own-database.ts"

/** A separate migrated database for one test file, for statements that depend on the rows of all users. */
export type OwnDatabase = { database: NodeDatabase; rows: postgres.Sql; remove: () => Promise<void> }

export const createOwnDatabase = async (): Promise<OwnDatabase> => {
  const own = await createDatabase(inject("environment").databaseUrl)
  const database = openNodeDatabase(own.url, 8)
  const rows = postgres(own.url, { max: 2, onnotice: () => undefined })
  return {
    database,
    rows,
    remove: async () => {
      await database.close()
      await rows.end()
      await own.drop()
    },
  }
}
