import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import postgres from "postgres"
import { migrateDatabase } from "../../db/migrate.ts"
import { type LocalPostgres, startPostgres } from "../../local/postgres/postgres.ts"

/** The user with 100,000 of the million photos. */
export const largestUser = `usr_${"0".repeat(26)}` as const

/** One of the 990 users with about 730 photos. */
export const ordinaryUser = `usr_${"500".padStart(26, "0")}` as const

/**
 * Starts a separate Postgres with a million photos of 1,000 users. The first start seeds it, which takes a few
 * minutes; the data is kept in `.local/bench` until a migration or the seed changes.
 */
export const startWithMillionPhotos = async (): Promise<LocalPostgres> => {
  const seed = await readFile(new URL("./seed.sql", import.meta.url), "utf8")
  const database = `photos_${await fingerprintOf(seed)}`
  const server = await startPostgres({ port: 0, dataDir: ".local/bench/postgres", database: "postgres" })
  const admin = postgres(server.url, { max: 1, onnotice: () => undefined })
  const url = new URL(server.url)
  url.pathname = `/${database}`
  try {
    const known = await admin`select datname from pg_database where datname like 'photos\\_%'`
    if (!known.some(({ datname }) => datname === database)) {
      for (const { datname } of known) await admin`drop database ${admin(datname)}`
      console.error("Seeding a million photos. This takes a few minutes and happens once.")
      const unfinished = "photos_unfinished"
      await admin`create database ${admin(unfinished)}`
      url.pathname = `/${unfinished}`
      await seedDatabase(url.href, seed)
      await admin`alter database ${admin(unfinished)} rename to ${admin(database)}`
      url.pathname = `/${database}`
    }
  } finally {
    await admin.end()
  }
  return { ...server, url: url.href }
}

const fingerprintOf = async (seed: string): Promise<string> => {
  const folder = new URL("../../db/migrations/", import.meta.url)
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort()
  const migrations = await Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")))
  return createHash("sha256")
    .update([seed, ...migrations].join("\n"))
    .digest("hex")
    .slice(0, 12)
}

const seedDatabase = async (url: string, seed: string): Promise<void> => {
  await migrateDatabase(url)
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    const [index] = await sql`select pg_get_indexdef('photo_search_tokens'::regclass) as definition`
    // With foreign keys, triggers and an existing index, inserting would take an hour.
    await sql.unsafe(`
      set session_replication_role = replica;
      set synchronous_commit = off;
      drop index photo_search_tokens;
      ${seed}
      set maintenance_work_mem = '512MB';
      ${index?.definition};
      alter index photo_search_tokens alter column 1 set statistics 0`)
    await sql`vacuum analyze`
    await sql`checkpoint`
  } finally {
    await sql.end()
  }
}
