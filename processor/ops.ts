import { existsSync } from "node:fs"
import { openNodeDatabase } from "../db/node.ts"
import { failureMessage } from "./operate/failure-message.ts"
import { type Operation, operationOf, usage } from "./operate/operate.ts"
import { configOf } from "./platform/config.ts"
import { objectStoreOf } from "./platform/object-store.ts"
import { workQueueOf } from "./platform/work-queue.ts"

// The command line for operators. It reads the processor's environment variables. `npm start` writes those of the local
// system to a file. (Node's --env-file-if-exists would print a line if the file does not exist.)
const localVariables = ".local/processor.env"
if (existsSync(localVariables)) process.loadEnvFile(localVariables)

const run = async (operation: Operation): Promise<void> => {
  const config = configOf(process.env)
  const { environment } = config
  const database = openNodeDatabase(config.databaseUrl, 1)
  const workQueue = workQueueOf(config)
  const objectStore = objectStoreOf(config)
  const interrupted = new AbortController()
  process.once("SIGINT", () => interrupted.abort())
  try {
    const { signal } = interrupted
    const result = await operation({ environment, database, objectStore, workQueue, signal })
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  } finally {
    objectStore.close()
    workQueue.close()
    await database.close()
  }
}

const args = process.argv.slice(2)
const operation = operationOf(args)
if (operation)
  await run(operation).catch((error: unknown) => {
    const message = failureMessage(error, process.env)
    if (message === null) throw error
    process.stderr.write(`${message}\n`)
    process.exitCode = 1
  })
else if (args[0] === "--help" || args[0] === "help") process.stdout.write(`${usage}\n`)
else {
  process.stderr.write(`${usage}\n`)
  process.exitCode = 2
}
