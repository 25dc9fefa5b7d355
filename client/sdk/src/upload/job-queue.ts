import type { CreateUploadJobRequest } from "../api/contract.ts"
import type { JobStatusFollower } from "../live/job-status.ts"
import { batchesOf } from "./batches.ts"
import { createJob, type JobOptions, type JobRequest, jobRequest } from "./create-job.ts"
import type { CreatePace } from "./create-pace.ts"
import { failureOf } from "./errors.ts"
import type { FileRecord } from "./file-record.ts"
import { hashFiles } from "./hash-files.ts"
import { type JobRunner, jobRunner } from "./job-runner.ts"
import { pause } from "./signals.ts"
import type { SharedContext } from "./upload-context.ts"
import { partBytesFor } from "./upload-plan.ts"

/** How long the first create waits for hashes, in ms: duplicates are then found before a byte is sent. */
const hashBudgetMs = 250

/** The next job is created when fewer files than this wait, so that its URLs are fresh when their turn comes. */
const lowWater = 100

export type JobQueue = {
  /** Creates jobs for the files and sends them. Resolves when every file was sent or has a final status. */
  send: (records: readonly FileRecord[]) => Promise<void>
  /** Sends and follows files of a job that exists already; confirms those that were sent earlier. */
  continueJob: (
    jobId: string,
    records: readonly FileRecord[],
    uploaded: readonly FileRecord[],
  ) => Promise<void>
  /** Repeats a create whose response is unknown. */
  repeat: (request: JobRequest) => Promise<void>
  readonly jobIds: readonly string[]
}

export type JobQueueOptions = {
  context: SharedContext
  follower: JobStatusFollower
  pace: CreatePace
  jobOptions: JobOptions
  /** Called with the creates whose response is unknown, before they are sent and after they are answered. */
  onRequests: (requests: readonly JobRequest[]) => Promise<void>
  /** Called with the id of every new job. */
  onJob: (jobId: string, photoIds: readonly string[]) => void
}

/** Creates upload jobs one after another, and sends their files. */
export const jobQueue = (options: JobQueueOptions): JobQueue => {
  const { context, follower, pace, jobOptions, onRequests, onJob } = options
  const jobs = new Map<string, JobRunner>()
  const requests = new Set<JobRequest>()
  const unsent = waitingCount()

  const hashesOf = (records: readonly FileRecord[]) => {
    const { hasher } = context
    const partBytes = partBytesFor(records.at(-1)?.source.bytes ?? 0)
    const whole = records.filter(({ source }) => jobOptions.multipart === false || source.bytes <= partBytes)
    return hasher ? hashFiles(context, hasher, whole) : new Map<FileRecord, Promise<string | null>>()
  }
  const runnerOf = (jobId: string, storageEvents: boolean): JobRunner => {
    const known = jobs.get(jobId)
    if (known) return known
    const runner = jobRunner(context, { jobId, storageEvents })
    jobs.set(jobId, runner)
    return runner
  }
  const track = (running: readonly Promise<void>[]): Promise<void> => {
    for (const file of running) unsent.add(file)
    return Promise.all(running).then(() => {})
  }

  const create = async (
    first: JobRequest,
    hashes: ReadonlyMap<FileRecord, Promise<string | null>>,
  ): Promise<{ sent: Promise<void> }> => {
    let current: JobRequest | null = null
    try {
      await pace.wait()
      const created = await createJob(context, first, async (request) => {
        if (current) requests.delete(current)
        current = request
        requests.add(request)
        await onRequests([...requests])
      })
      if (!created) return nothingToSend
      const { response, records } = created
      const declared: readonly CreateUploadJobRequest["files"][number][] = (current ?? first).body.files
      const entries = records.flatMap((record, index) => {
        if (!record) return []
        record.isHashDeclared = declared[index]?.sha256 !== undefined
        return { record, item: response.items[index] }
      })
      follower.follow(response.jobId)
      const running = runnerOf(response.jobId, response.storageEvents).run(entries, hashes)
      onJob(
        response.jobId,
        response.items.map(({ photoId }) => photoId),
      )
      return { sent: track(running) }
    } catch (error) {
      for (const id of first.fileIds) {
        const record = context.files.byId(id)
        if (record && record.jobId === null)
          context.files.change(record, { status: "failed", failure: failureOf(error) })
      }
      return nothingToSend
    } finally {
      if (current) requests.delete(current)
      await onRequests([...requests])
    }
  }

  return {
    get jobIds() {
      return [...jobs.keys()]
    },
    send: async (records) => {
      const sending: Promise<void>[] = []
      for (const batch of batchesOf(records)) {
        const hashes = hashesOf(batch)
        await unsent.below(lowWater)
        await Promise.race([settled(hashes.values()), pause(hashBudgetMs)])
        await context.gate.passed()
        const waiting = batch.filter(({ controller }) => !controller.signal.aborted)
        if (waiting.length === 0) continue
        const { sent } = await create(jobRequest(waiting, jobOptions), hashes)
        sending.push(sent)
      }
      await Promise.all(sending)
    },
    continueJob: async (jobId, records, uploaded) => {
      // Whether S3 events arrive is known from create only; without them every upload is confirmed.
      const runner = runnerOf(jobId, false)
      follower.follow(jobId)
      for (const record of uploaded) runner.confirm(record)
      if (records.length === 0) return
      await runner.renewAll()
      const hashes = hashesOf(records)
      await track(
        runner.run(
          records.map((record) => ({ record, item: undefined })),
          hashes,
        ),
      )
    },
    repeat: async (request) => {
      const records = request.fileIds.flatMap((id) => context.files.byId(id) ?? [])
      const { sent } = await create(request, hashesOf(records))
      await sent
    },
  }
}

// Promise.allSettled is missing in older versions of Hermes, React Native's engine.
const settled = (promises: Iterable<Promise<unknown>>): Promise<unknown> =>
  Promise.all([...promises].map((promise) => promise.catch(() => {})))

const nothingToSend = { sent: Promise.resolve() }

/** Counts unfinished promises. */
const waitingCount = () => {
  let count = 0
  let listeners: (() => void)[] = []
  return {
    add: (promise: Promise<void>) => {
      count += 1
      void promise.finally(() => {
        count -= 1
        const waiting = listeners
        listeners = []
        for (const check of waiting) check()
      })
    },
    below: async (limit: number) => {
      while (count >= limit) await new Promise<void>((resolve) => listeners.push(resolve))
    },
  }
}
