import { randomUUID } from "node:crypto"
import postgres from "postgres"
import { migrateDatabase } from "../migrate.ts"

/** A migrated database for one test file, for tests that change or measure whole tables. */
export type OwnDatabase = {
  url: string
  /** A client with one connection. */
  sql: postgres.Sql
  /** Creates another database with the same content, like a restored backup. Closes the connections of this one. */
  copy: () => Promise<OwnDatabase>
  drop: () => Promise<void>
}

/** Creates a database on the server of `environmentUrl` and migrates it. */
export const createOwnDatabase = async (environmentUrl: string): Promise<OwnDatabase> => {
  migrated ??= createMigrated(environmentUrl)
  const own = await (await migrated).copy()
  // Every database that is migrated separately has its own id.
  await own.sql`update deployment set deployment_id = gen_random_uuid()`
  return own
}

/** The migrated database that tests copy, because copying is faster than migrating. Deleted with the tests' server. */
let migrated: Promise<OwnDatabase> | undefined

const createMigrated = async (environmentUrl: string): Promise<OwnDatabase> => {
  const own = await createDatabase(environmentUrl, "template1")
  await migrateDatabase(own.url)
  // Only used as a template.
  await own.sql.end()
  return own
}

const createDatabase = async (environmentUrl: string, template: string): Promise<OwnDatabase> => {
  const name = `own_${randomUUID().replaceAll("-", "")}`
  const url = new URL(environmentUrl)
  url.pathname = `/${name}`
  await onServer(environmentUrl, async (admin) => {
    // A template must not have connections. The clients of a test reconnect.
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${template}`
    await admin`create database ${admin(name)} template ${admin(template)}`
  })
  const sql = postgres(url.href, { max: 1, onnotice: () => undefined })
  return {
    url: url.href,
    sql,
    copy: () => createDatabase(environmentUrl, name),
    drop: async () => {
      await sql.end()
      await onServer(environmentUrl, async (admin) => {
        await admin`drop database ${admin(name)} with (force)`
      })
    },
  }
}

const onServer = async (url: string, work: (admin: postgres.Sql) => Promise<void>): Promise<void> => {
  const admin = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await work(admin)
  } finally {
    await admin.end()
  }
}
