import { drizzle } from "drizzle-orm/postgres-js"
import { migrate } from "drizzle-orm/postgres-js/migrator"
import postgres from "postgres"

// Any constant does, as long as every migrator takes the same one.
const advisoryLock = 7_201_126

/**
 * Brings the schema up to date. Safe to run from several processes at once: they take turns on an advisory lock.
 * @throws what the driver throws when the server is unreachable or a migration fails
 */
export const migrateDatabase = async (url: string): Promise<void> => {
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await client`select pg_advisory_lock(${advisoryLock})`
    await migrate(drizzle(client), { migrationsFolder: new URL("./migrations", import.meta.url).pathname })
  } finally {
    await client.end({ timeout: 5 })
  }
}
