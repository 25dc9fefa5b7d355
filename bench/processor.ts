import { fork } from "node:child_process"
import { once } from "node:events"
import { openAsBlob } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import * as z from "zod"
import type { ApiClient } from "../client/sdk/src/api/api-client.ts"
import { createBatch } from "../e2e/driver/create-batch.ts"
import { putObject } from "../e2e/driver/put-object.ts"
import { watchUploadJob } from "../e2e/driver/watch-upload-job.ts"
import { runSystem, signedInUser } from "../e2e/running-system.ts"
import { demoPhotos } from "../local/demo-photos/demo-photos.ts"
import { localDirectory } from "../local/settings.ts"

// Measures the CPU time per photo of the whole processor (SQS → S3 → pixels → S3 → Postgres, with relay, sweep and
// webhooks). The baseline is the image pipeline alone, which examines the same photos in another process. Their rounds
// alternate, so that the load of the machine affects both. Messages are sent after all photos are stored, so that
// uploads do not affect the measurement.

const photoCount = 24
const rounds = 4
const concurrency = 3
const maxRatio = 1.25
const maxPeakMiB = 350

const paths = await demoPhotos({ count: photoCount, dir: join(localDirectory, "bench/photos") })
const system = await runSystem(
  { CONCURRENCY: concurrency },
  { storageEvents: false, edgeVariables: { CREATE_JOBS_PER_MINUTE: "100000" } },
)
const pipeline = fork(join(import.meta.dirname, "image-pipeline.ts"), [String(concurrency)])
try {
  const pid = await processorPid(system.processor().groupId)
  const alone: number[] = []
  const whole: number[] = []
  // The first round is a warm-up.
  for (let round = 0; round <= rounds; round += 1) {
    const aloneMs = (await examine()) / photoCount
    // A new user in each round, who has none of these photos yet.
    const wholeMs = (await processInSystem(await signedInUser(system.edgeUrl), pid)) / photoCount
    if (round === 0) continue
    alone.push(aloneMs)
    whole.push(wholeMs)
  }
  const ratio = median(whole) / median(alone)
  const peakMiB = (await statusOf(pid, "VmHWM")) / 1024
  console.log(
    `| ${photoCount} photos per round, ${rounds} rounds, ${concurrency} concurrently | median | each round | limit |`,
  )
  console.log("|---|---|---|---|")
  console.log(
    `| image pipeline alone, CPU ms per photo | ${median(alone).toFixed(1)} | ${listed(alone)} | – |`,
  )
  console.log(`| processor, CPU ms per photo | ${median(whole).toFixed(1)} | ${listed(whole)} | – |`)
  console.log(`| processor / pipeline | ${ratio.toFixed(2)} | | ${maxRatio} |`)
  console.log(`| processor, peak resident memory, MiB | ${peakMiB.toFixed(0)} | | ${maxPeakMiB} |`)
  process.exitCode = ratio <= maxRatio && peakMiB <= maxPeakMiB ? 0 : 1
} finally {
  pipeline.kill()
  await system.end()
}
process.exit()

async function examine(): Promise<number> {
  pipeline.send([...paths])
  const [cpuMs] = await once(pipeline, "message")
  return z.number().parse(cpuMs)
}

async function processInSystem(client: ApiClient, processor: number): Promise<number> {
  const files = await Promise.all(
    paths.map(async (path) => ({ filename: basename(path), content: await openAsBlob(path) })),
  )
  const { jobId, uploads } = await createBatch(client, files)
  if (jobId === null) throw new Error("every file was rejected")
  for (const { file, item } of uploads) {
    const { presignedUrl, method, headers } = item
    if (presignedUrl === null) throw new Error("the photo needs no upload")
    await putObject({ presignedUrl, method, headers }, file.content)
  }
  const before = await cpuMsOf(processor)
  await client.finalizeUploadJob(jobId)
  const job = await watchUploadJob(client, jobId, { pollMs: 250, signal: AbortSignal.timeout(120_000) })
  if (job.completedCount !== photoCount) throw new Error(`${job.completedCount} photos completed`)
  return (await cpuMsOf(processor)) - before
}

/** The id of the processor's process in the process group of the started child. */
async function processorPid(groupId: number): Promise<number> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")
    const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2])
    const isProcessor = command.split("\0").some((argument) => argument.endsWith("processor/main.ts"))
    // The supervisor, which leads the group, has the same argument.
    if (group === groupId && isProcessor && Number(pid) !== groupId) return Number(pid)
  }
  throw new Error("the processor was not found in /proc; this benchmark needs Linux")
}

/** User and system time of all threads: fields 14 and 15 of proc(5), in ticks of 10 ms. */
async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function statusOf(pid: number, name: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8")
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1])
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) /
    2
  )
}

function listed(values: readonly number[]): string {
  return values.map((value) => value.toFixed(1)).join(", ")
}
