import { openNodeDatabase } from "../db/node.ts"
import { failDeadLetter } from "./dead-letters/fail-dead-letters.ts"
import { startWebhookDelivery } from "./deliver-webhooks/deliver-webhooks.ts"
import { createBufferPool } from "./platform/buffer-pool.ts"
import { configOf } from "./platform/config.ts"
import { startExitWatchdog } from "./platform/exit-watchdog.ts"
import { stopGracefully } from "./platform/graceful-stop.ts"
import { startHealthServer } from "./platform/health.ts"
import { createLogger } from "./platform/log.ts"
import { objectStoreOf } from "./platform/object-store.ts"
import { startQueue } from "./platform/queue.ts"
import { openScratch } from "./platform/scratch.ts"
import { workQueueOf } from "./platform/work-queue.ts"
import { startImageExaminer } from "./process-photo/image/image-examiner.ts"
import { processPhoto, Stopping } from "./process-photo/process-photo.ts"
import { edgeSink } from "./relay-events/edge-sink.ts"
import { eventBridgeSink } from "./relay-events/event-bridge-sink.ts"
import { startRelay } from "./relay-events/start-relay.ts"
import { webhookSink } from "./relay-events/webhook-sink.ts"
import { startSweep } from "./sweep/sweep.ts"

// Time between the end of the grace time and the forced exit.
const exitMarginMs = 2_000

const config = configOf(process.env)
const log = createLogger(config.logLevel)

const database = openNodeDatabase(config.databaseUrl, config.databasePoolSize)
const scratch = await openScratch()
const examiner = startImageExaminer({ threads: config.concurrency, limits: config.examination })

const objectStore = objectStoreOf(config)

let isReady = true
const health = await startHealthServer(config.healthPort, () => isReady)

// Aborts photos that do not finish within the grace time, so that another process can process them.
const releasing = new AbortController()

const handle = processPhoto({
  environment: config.environment,
  bucket: config.s3.bucket,
  maxFileBytes: config.maxFileBytes,
  concurrency: config.concurrency,
  photoTimeoutMs: config.photoTimeoutMs,
  stopping: releasing.signal,
  database,
  objectStore,
  examiner,
  withBuffer: createBufferPool().withBuffer,
  withScratchFile: scratch.withFile,
  log,
})
const queue = startQueue(config, handle, log)

const { environment } = config
const deadLetters =
  config.deadLetters &&
  startQueue(
    {
      ...config,
      concurrency: 1,
      sqs: { ...config.sqs, queueUrl: config.deadLetters.queueUrl },
      deadLetters: null,
    },
    failDeadLetter({
      environment,
      bucket: config.s3.bucket,
      database,
      log,
      revisitAfterMs: config.deadLetters.revisitAfterMs,
    }),
    log,
  )
const workQueue = workQueueOf(config)
const sweep = startSweep({
  ...config.sweep,
  databaseUrl: config.databaseUrl,
  environment,
  objectStore,
  workQueue,
  log,
})
const relay = startRelay({
  databaseUrl: config.databaseUrl,
  sinks: [
    edgeSink({ ...config.eventsEndpoint, environment }),
    webhookSink({ database, environment }),
    ...(config.eventBus
      ? [eventBridgeSink({ ...config.eventBus, environment, region: config.s3.region })]
      : []),
  ],
  log,
})
const webhooks = startWebhookDelivery({
  database,
  log,
  allowPrivateTargets: config.allowPrivateWebhookTargets,
})
log.info({ healthPort: health.port, concurrency: config.concurrency }, "processor ready")

const stop = async (signal: NodeJS.Signals): Promise<void> => {
  isReady = false
  log.info({ signal }, "stopping")
  startExitWatchdog(config.stopGraceMs + exitMarginMs)
  const releasePhotos = async () => {
    releasing.abort(new Stopping("the processor is stopping"))
    await queue.stop()
  }
  const isClean = await stopGracefully(
    [
      { name: "finish photos", run: queue.stop, weight: 15, mayTimeOut: true },
      { name: "release unfinished photos", run: releasePhotos, weight: 4 },
      { name: "finish dead letters", run: async () => deadLetters?.stop() },
      { name: "finish webhooks", run: webhooks.stop, weight: 3 },
      { name: "stop the sweep", run: sweep.stop },
      { name: "drain the relay", run: relay.stop, weight: 3 },
      { name: "close the work queue", run: async () => workQueue.close() },
      { name: "close image threads", run: examiner.close, weight: 2 },
      { name: "remove scratch files", run: scratch.remove },
      { name: "close the object store", run: async () => objectStore.close() },
      { name: "close database", run: () => database.close(1) },
      { name: "close health server", run: health.close },
    ],
    config.stopGraceMs,
    log,
  )
  process.exit(isClean ? 0 : 1)
}
process.once("SIGTERM", stop)
process.once("SIGINT", stop)
