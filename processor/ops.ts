import { openNodeDatabase } from "../db/node.ts"
import { operate, usage } from "./operate/operate.ts"
import { configOf } from "./platform/config.ts"
import { workQueueOf } from "./platform/work-queue.ts"

// The operators' command line: the environment is the processor's.

const config = configOf(process.env)
const database = openNodeDatabase(config.databaseUrl, 1)
const workQueue = workQueueOf(config)
try {
  const answer = await operate({ database, workQueue }, process.argv.slice(2))
  if (answer) process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
  else {
    process.stderr.write(`${usage}\n`)
    process.exitCode = 2
  }
} finally {
  workQueue.close()
  await database.close()
}
