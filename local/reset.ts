import { rm } from "node:fs/promises"
import { join } from "node:path"
import { endLeftoverServer } from "./postgres/leftover-server.ts"
import { localDirectory } from "./settings.ts"

// Throws when a running system uses the data.
await endLeftoverServer(join(localDirectory, "postgres"))
await rm(localDirectory, { recursive: true, force: true })
console.log("Everything that the local system stored is gone.")
