import { rm } from "node:fs/promises"
import { join } from "node:path"
import { stopOrphanedServer } from "./postgres/orphaned-server.ts"
import { exitWithMessage } from "./process/exit-with-message.ts"
import { localDirectory } from "./settings.ts"

// Refuses while a running system uses the data.
await stopOrphanedServer(join(localDirectory, "postgres")).catch(exitWithMessage)
await rm(localDirectory, { recursive: true, force: true })
console.log("Deleted .local/: the database, the stored photos, the keys, the logs and the results of the demo.")
