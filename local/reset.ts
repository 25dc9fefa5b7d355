import { rm } from "node:fs/promises"
import { join } from "node:path"
import { removePostgresData } from "./postgres.ts"
import { localDirectory } from "./settings.ts"

await removePostgresData(join(localDirectory, "postgres"))
await rm(localDirectory, { recursive: true, force: true })
console.log("Everything that the local system stored is gone.")
