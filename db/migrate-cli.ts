import * as z from "zod"
import { migrateDatabase } from "./migrate.ts"

const { DATABASE_URL } = z.object({ DATABASE_URL: z.url() }).parse(process.env)
await migrateDatabase(DATABASE_URL)
