import type { ApiClient } from "../api/api-client.ts"
import { followJobs } from "../live/job-status.ts"
import type { Channel } from "../live/live-message.ts"
import { adaptiveLimit } from "./adaptive-limit.ts"
import type { CreatePace } from "./create-pace.ts"
import { failureOf } from "./errors.ts"
import { eventChannel } from "./event-channel.ts"
import { type FileRecord, isFinal } from "./file-record.ts"
import { fileTable } from "./file-table.ts"
import { type JobQueue, jobQueue } from "./job-queue.ts"
import type { SharedContext } from "./job-runner.ts"
import type { OpenedFile } from "./open-files.ts"
import { pauseGate } from "./pause-gate.ts"
import type { Platform } from "./ports.ts"
import { progressReports } from "./progress-reports.ts"
import { restoreUpload } from "./restore-upload.ts"
import { defaultRetryDelaysMs, retrying } from "./retry.ts"
import { applyServerStatus } from "./server-status.ts"
import { abortError, deferred } from "./signals.ts"
import { thumbnailReader } from "./thumbnails.ts"
import { type StoredUpload, uploadStore } from "./upload-store.ts"
import type { FileStatus, Upload, UploadOptions, UploadResult } from "./upload-types.ts"

const defaultConcurrency = 6

/** `progress` events come at most this often, in ms. */
const progressMs = 100

export type UploadDependencies = {
  api: ApiClient
  platform: Platform
  /** Live channels, the preferred one first. */
  channels: readonly Channel[]
  pace: CreatePace
}

/**
 * Starts an upload.
 * @param opening the opened files
 * @param identity `uploadId` and time of creation; with `stored` an upload that is continued
 */
export const startUpload = (
  { api, platform, channels, pace }: UploadDependencies,
  opening: Promise<OpenedFile[]>,
  identity: Pick<StoredUpload, "uploadId" | "createdAt">,
  options: UploadOptions,
  stored: StoredUpload | null = null,
): Upload => {
  const events = eventChannel()
  let done = deferred<UploadResult>()
  let hasStarted = false
  let isCancelled = false
  let progressTimer: ReturnType<typeof setTimeout> | undefined

  const emitProgress = () => {
    clearTimeout(progressTimer)
    progressTimer = undefined
    events.emit({ type: "progress", ...files.progress() })
  }
  const files = fileTable({
    onFile: (file) => {
      events.emit({ type: "file", file })
      store.touch()
      if (hasStarted && files.areAllFinal) void finish()
    },
    onProgress: () => {
      progressTimer ??= setTimeout(emitProgress, progressMs)
    },
  })
  const gate = pauseGate((reason) => events.emit(reason ? { type: "paused", reason } : { type: "resumed" }))
  const context: SharedContext = {
    api,
    platform,
    files,
    gate,
    retry: retrying({ gate, delaysMs: options.retryDelaysMs ?? defaultRetryDelaysMs }),
    limit: adaptiveLimit(options.concurrency ?? defaultConcurrency),
    onStall: (file) => events.emit({ type: "stalled", file }),
  }
  const store = uploadStore(platform.storage, identity, files, stored)
  const thumbnails = thumbnailReader(api, files)
  const follower = followJobs(api, channels, (photo) => {
    const isCompleted = applyServerStatus(files, photo)
    const jobId = files.byPhoto(photo.photoId)?.jobId
    if (isCompleted && jobId && options.thumbnails !== false) thumbnails.request(jobId)
  })
  const reports = progressReports(api, files)
  let tagging: Promise<unknown> = Promise.resolve()
  const queue = jobQueue({
    context,
    follower,
    pace,
    checksums: options.checksums ?? true,
    jobOptions: {
      ...(options.allowDuplicates !== undefined && { allowDuplicates: options.allowDuplicates }),
      ...(options.importKeywords !== undefined && { importKeywords: options.importKeywords }),
      ...(!platform.canSlice && { multipart: false }),
    },
    onRequests: (requests) => store.flush(requests),
    onJob: (jobId, photoIds) => {
      if (isCancelled) void cancelJob(jobId)
      const tags = [...(options.tags ?? [])]
      if (tags.length > 0)
        tagging = Promise.all([
          tagging,
          context.retry(() => api.tagPhotos({ photoIds: [...photoIds], add: tags })),
        ])
    },
  })
  const cancelJob = (jobId: string) => context.retry(() => api.cancelUploadJob(jobId)).catch(() => {})

  let unsubscribe = () => {}
  const activate = () => {
    hasStarted = true
    reports.start()
    if (!platform.network.isOnline()) gate.close("offline")
    unsubscribe = platform.network.subscribe((isOnline) =>
      isOnline ? gate.open("offline") : gate.close("offline"),
    )
  }
  const finish = async () => {
    hasStarted = false
    reports.stop()
    follower.stop()
    unsubscribe()
    await thumbnails.finish().catch(() => {})
    const tagError: unknown = await tagging.then(
      () => null,
      (error: unknown) => error,
    )
    await store.remove()
    emitProgress()
    clearTimeout(progressTimer)
    const result = resultOf(files.records, queue.jobIds, tagError)
    events.emit({ type: "done", result })
    done.resolve(result)
  }
  const cancel = () => {
    isCancelled = true
    for (const record of files.records) {
      if (isFinal(record.state.status)) continue
      files.change(record, { status: "cancelled" })
      record.controller.abort(abortError("the upload was cancelled"))
    }
    gate.open("user")
    for (const jobId of queue.jobIds) void cancelJob(jobId)
  }
  const run = async () => {
    for (const { record, failure } of await opening) {
      files.add(record)
      if (failure) files.change(record, { status: "failed", failure })
    }
    activate()
    if (isCancelled) return cancel()
    if (files.areAllFinal) return finish()
    await store.flush(stored?.requests ?? [])
    if (stored) await restoreUpload(context, queue, stored)
    else await queue.send(files.records.filter(({ state }) => !isFinal(state.status)))
  }
  options.signal?.addEventListener("abort", cancel)
  if (options.signal?.aborted) isCancelled = true
  void run()

  return {
    get jobIds() {
      return queue.jobIds
    },
    get files() {
      return files.records.map(({ state }) => state)
    },
    get progress() {
      return files.progress()
    },
    get isPaused() {
      return gate.reasons.size > 0
    },
    get done() {
      return done.promise
    },
    on: events.on,
    [Symbol.asyncIterator]: events.iterate,
    pause: () => gate.close("user"),
    resume: () => gate.open("user"),
    cancel,
    cancelFile: (id) => {
      const record = files.byId(id)
      if (!record || isFinal(record.state.status)) return
      files.change(record, { status: "cancelled" })
      record.controller.abort(abortError("the file was cancelled"))
      const { photoId } = record.state
      if (photoId !== null) void context.retry(() => api.cancelPhoto(photoId)).catch(() => {})
    },
    retryFailed: () => {
      const failed = files.records.filter(({ state }) => state.failure?.isRetryable)
      if (failed.length === 0) return 0
      if (!hasStarted) {
        done = deferred()
        activate()
      }
      for (const record of failed) files.restart(record)
      void sendAgain(queue, failed)
      return failed.length
    },
  }
}

/** Sends files in the jobs that still wait for them, and the others in new jobs. */
const sendAgain = async (queue: JobQueue, records: readonly FileRecord[]): Promise<void> => {
  const byJob = new Map<string | null, FileRecord[]>()
  for (const record of records) byJob.set(record.jobId, [...(byJob.get(record.jobId) ?? []), record])
  await Promise.all(
    [...byJob].map(([jobId, files]) =>
      jobId === null ? queue.send(files) : queue.continueJob(jobId, files),
    ),
  )
}

const resultOf = (
  records: readonly FileRecord[],
  jobIds: readonly string[],
  tagError: unknown,
): UploadResult => {
  const withStatus = (status: FileStatus) =>
    records.filter(({ state }) => state.status === status).map(({ state }) => state)
  return {
    jobIds: [...jobIds],
    completed: withStatus("completed"),
    failed: withStatus("failed"),
    duplicates: withStatus("duplicate"),
    cancelled: withStatus("cancelled"),
    tagFailure: tagError === null ? null : failureOf(tagError),
  }
}
