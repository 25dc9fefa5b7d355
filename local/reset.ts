import { realpath, rm } from "node:fs/promises"
import { join } from "node:path"
import { stopOrphanedServer } from "./postgres/orphaned-server.ts"
import { exitWithMessage } from "./process/exit-with-message.ts"
import { localDirectory } from "./settings.ts"

const link = join(localDirectory, "postgres")
// If root runs the system, the data may be elsewhere and `link` is a symbolic link to it.
const dataDir = await realpath(link).catch(() => link)
// Throws if a running system still uses the data.
await stopOrphanedServer(dataDir).catch(exitWithMessage)
await rm(localDirectory, { recursive: true, force: true })
console.log(
  "Deleted .local/: the database, the stored photos, the keys, the logs and the results of the demo.",
)
