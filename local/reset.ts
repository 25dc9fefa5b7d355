import { rm } from "node:fs/promises"
import { join } from "node:path"
import { stopOrphanedServer } from "./postgres/orphaned-server.ts"
import { localDirectory } from "./settings.ts"

// Throws if a running system uses the data.
await stopOrphanedServer(join(localDirectory, "postgres"))
await rm(localDirectory, { recursive: true, force: true })
console.log("Deleted all data of the local system.")
