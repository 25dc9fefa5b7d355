import { openNodeDatabase } from "../db/node.ts"
import { configOf } from "./platform/config.ts"
import { stopGracefully } from "./platform/graceful-stop.ts"
import { startHealthServer } from "./platform/health.ts"
import { createLogger } from "./platform/log.ts"
import { objectStoreOf } from "./platform/object-store.ts"
import { startQueue } from "./platform/queue.ts"
import { openScratch } from "./platform/scratch.ts"
import { startImageExaminer } from "./process-photo/image/image-examiner.ts"
import { processPhoto } from "./process-photo/process-photo.ts"

const config = configOf(process.env)
const log = createLogger(config.logLevel)

const database = openNodeDatabase(config.databaseUrl, config.databasePoolSize)
const scratch = await openScratch()
const examiner = startImageExaminer({ threads: config.concurrency, limits: config.examination })

let isReady = true
const health = await startHealthServer(config.healthPort, () => isReady)

const handle = processPhoto({
  environment: config.environment,
  bucket: config.s3.bucket,
  maxFileBytes: config.maxFileBytes,
  photoTimeoutMs: config.photoTimeoutMs,
  database,
  objectStore: objectStoreOf(config),
  examiner,
  withScratchFile: scratch.withFile,
  log,
})
const queue = startQueue(config, handle, log)
log.info({ healthPort: health.port, concurrency: config.concurrency }, "processor ready")

const stop = async (signal: NodeJS.Signals): Promise<void> => {
  isReady = false
  log.info({ signal }, "stopping")
  const isClean = await stopGracefully(
    [
      { name: "finish photos in hand", run: queue.stop },
      { name: "close image threads", run: examiner.close },
      { name: "remove scratch files", run: scratch.remove },
      { name: "close database", run: () => database.close() },
      { name: "close health server", run: health.close },
    ],
    config.stopGraceMs,
    log,
  )
  process.exit(isClean ? 0 : 1)
}
process.once("SIGTERM", stop)
process.once("SIGINT", stop)
