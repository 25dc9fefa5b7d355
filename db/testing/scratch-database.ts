import { randomUUID } from "node:crypto"
import postgres from "postgres"
import { migrateDatabase } from "../migrate.ts"

/** A database of a test's own on the tests' server, for statements that act on every row. */
export type ScratchDatabase = {
  url: string
  /** Makes another database with the same content, as a restored backup has it. */
  copy: () => Promise<ScratchDatabase>
  drop: () => Promise<void>
}

/** Creates a migrated database beside the one at `url`. */
export const createScratchDatabase = async (url: string): Promise<ScratchDatabase> => {
  migrated ??= createMigrated(url)
  const scratch = await (await migrated).copy()
  // Every database that was migrated on its own has an id of its own.
  await onServer(scratch.url, async (sql) => {
    await sql`update deployment set deployment_id = gen_random_uuid()`
  })
  return scratch
}

/** Copying a database is faster than migrating another one. It goes with the tests' server. */
let migrated: Promise<ScratchDatabase> | undefined

const createMigrated = async (url: string): Promise<ScratchDatabase> => {
  const scratch = await createDatabase(url, "template1")
  await migrateDatabase(scratch.url)
  return scratch
}

const createDatabase = async (serverUrl: string, template: string): Promise<ScratchDatabase> => {
  const name = `scratch_${randomUUID().replaceAll("-", "")}`
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await onServer(serverUrl, async (admin) => {
    // A template must have no connection; the clients of the tests open another one.
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${template}`
    await admin.unsafe(`create database ${name} template ${template}`)
  })
  return {
    url: url.href,
    copy: () => createDatabase(serverUrl, name),
    drop: () =>
      onServer(serverUrl, async (admin) => {
        await admin.unsafe(`drop database if exists ${name} with (force)`)
      }),
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
