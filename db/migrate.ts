import { drizzle } from "drizzle-orm/postgres-js"
import { migrate } from "drizzle-orm/postgres-js/migrator"
import postgres from "postgres"

// An arbitrary constant that all migrators share.
const advisoryLock = 7_201_126

/**
 * Applies all pending migrations. Safe to run from several processes concurrently: an advisory lock serializes them.
 * @throws the error of the driver when the server is unreachable or a migration fails
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
