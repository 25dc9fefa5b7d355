import type { ApiClient } from "../api/api-client.ts"
import { followJobs } from "../live/job-status.ts"
import type { Channel } from "../live/live-message.ts"
import { adaptiveLimit } from "./adaptive-limit.ts"
import { continueFiles } from "./continue-files.ts"
import type { CreatePace } from "./create-pace.ts"
import { failureOf, fileUnreadable } from "./errors.ts"
import { eventChannel } from "./event-channel.ts"
import { type FileRecord, isFinal } from "./file-record.ts"
import { fileTable } from "./file-table.ts"
import { jobQueue } from "./job-queue.ts"
import { lanes } from "./lanes.ts"
import { type OpenedFile, openSource } from "./open-files.ts"
import { pauseGate } from "./pause-gate.ts"
import type { Platform } from "./ports.ts"
import { progressReports } from "./progress-reports.ts"
import { restoreUpload } from "./restore-upload.ts"
import { defaultRetryDelaysMs, retrying } from "./retry.ts"
import { applyServerStatus } from "./server-status.ts"
import { abortError, deferred } from "./signals.ts"
import { thumbnailReader } from "./thumbnails.ts"
import type { SharedContext } from "./upload-context.ts"
import { type StoredUpload, uploadStore } from "./upload-store.ts"
import type { FileStatus, Upload, UploadOptions, UploadResult } from "./upload-types.ts"

const defaultConcurrency = 6

/** Files hashed at once before they are sent: more do not help, since reading is the limit. */
const filesHashedAtOnce = 2

/** Files sent in parts at once: more would delay the first ones and need memory for a part of each. */
const largeFilesAtOnce = 2

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
  let isActive = false
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
      if (isActive && files.areAllFinal) void finish()
    },
    onProgress: () => {
      progressTimer ??= setTimeout(emitProgress, progressMs)
    },
  })
  const gate = pauseGate((reason) => {
    files.resetRate()
    events.emit(reason ? { type: "paused", reason } : { type: "resumed" })
  })
  const network = pauseGate(() => {})
  const delaysMs = options.retryDelaysMs ?? defaultRetryDelaysMs
  const thumbnails = thumbnailReader(api, files)
  const context: SharedContext = {
    api,
    platform,
    hasher: options.checksums === false ? null : platform.hasher,
    files,
    gate,
    retry: retrying({ gate, delaysMs }),
    retryWhilePaused: retrying({ gate: network, delaysMs }),
    limit: adaptiveLimit(options.concurrency ?? defaultConcurrency),
    hashing: lanes(filesHashedAtOnce),
    largeFiles: lanes(largeFilesAtOnce),
    onStall: (file) => events.emit({ type: "stalled", file }),
    onPhoto: (photo) => {
      const isCompleted = applyServerStatus(files, photo)
      const jobId = files.byPhoto(photo.photoId)?.jobId
      if (isCompleted && jobId && options.thumbnails !== false) thumbnails.request(jobId)
    },
  }
  const { retry, retryWhilePaused } = context
  const store = uploadStore(platform.storage, identity, files, stored)
  const follower = followJobs(api, channels, context.onPhoto)
  const reports = progressReports(api, files)
  const cancelJob = (jobId: string) => retryWhilePaused(() => api.cancelUploadJob(jobId)).catch(() => {})
  const cancelPhoto = (photoId: string) => retryWhilePaused(() => api.cancelPhoto(photoId)).catch(() => {})
  const tags = [...(options.tags ?? [])]
  let tagError: unknown = null
  let tagging: Promise<unknown> = Promise.resolve()
  const tag = (photoIds: readonly string[]) =>
    retry(() => api.tagPhotos({ photoIds: [...photoIds], add: tags })).catch((error: unknown) => {
      tagError = error
    })
  const queue = jobQueue({
    context,
    follower,
    pace,
    jobOptions: {
      ...(options.allowDuplicates !== undefined && { allowDuplicates: options.allowDuplicates }),
      ...(options.importKeywords !== undefined && { importKeywords: options.importKeywords }),
      ...(!platform.canSlice && { multipart: false }),
    },
    onRequests: (requests) => store.flush(requests),
    onJob: (jobId, photoIds) => {
      if (isCancelled) void cancelJob(jobId)
      if (tags.length > 0) tagging = Promise.all([tagging, tag(photoIds)])
    },
  })

  let unsubscribe = () => {}
  const activate = () => {
    isActive = true
    tagError = null
    options.signal?.addEventListener("abort", cancel)
    reports.start()
    const onNetwork = (isOnline: boolean) => {
      for (const each of [network, gate])
        if (isOnline) each.open("offline")
        else each.close("offline")
    }
    onNetwork(platform.network.isOnline())
    unsubscribe = platform.network.subscribe(onNetwork)
  }
  const finish = async () => {
    const finished = done
    isActive = false
    reports.stop()
    follower.stop()
    unsubscribe()
    options.signal?.removeEventListener("abort", cancel)
    await Promise.all([thumbnails.finish(), tagging, store.remove()])
    // Failed files were started again meanwhile: their end is the end of the upload.
    if (done !== finished) return void done.promise.then(finished.resolve)
    emitProgress()
    clearTimeout(progressTimer)
    const result = resultOf(files.records, queue.jobIds, tagError)
    events.emit({ type: "done", result })
    finished.resolve(result)
  }
  /** Runs work that sends files; its error is that of all files that it did not bring to an end. */
  const guarded = async (work: () => Promise<void>, records: () => readonly FileRecord[]) => {
    try {
      await work()
    } catch (error) {
      for (const record of records()) files.change(record, { status: "failed", failure: failureOf(error) })
    }
  }
  const cancel = () => {
    isCancelled = true
    const isOver = files.areAllFinal
    for (const record of files.records) {
      if (isFinal(record.state.status)) continue
      files.change(record, { status: "cancelled" })
      record.controller.abort(abortError())
    }
    gate.open("user")
    if (!isOver) for (const jobId of queue.jobIds) void cancelJob(jobId)
  }
  const start = async () => {
    for (const { record, failure } of await opening) {
      files.add(record)
      if (failure) files.change(record, { status: "failed", failure })
    }
    activate()
    if (isCancelled) cancel()
    if (files.areAllFinal) return void (isActive && finish())
    await store.flush(stored?.requests ?? [])
    if (!stored) return queue.send(files.records.filter(({ state }) => !isFinal(state.status)))
    for (const { jobId } of files.records)
      if (jobId !== null && options.thumbnails !== false) thumbnails.request(jobId)
    await restoreUpload(context, queue, stored)
  }
  /** Reads the files anew: their content may have changed. */
  const sendAgain = async (records: readonly FileRecord[]) => {
    for (const record of records) {
      if (!record.input) continue
      try {
        const { source, mimeType } = await openSource(platform, record.input)
        const { photoId } = record.state
        if (photoId !== null && source.bytes !== record.source.bytes) {
          void cancelPhoto(photoId)
          files.forgetPhoto(record)
        }
        files.replaceSource(record, source, mimeType)
      } catch (error) {
        files.change(record, { status: "failed", failure: fileUnreadable(String(error)) })
      }
    }
    await continueFiles(
      context,
      queue,
      records.filter(({ state }) => state.status === "waiting"),
    )
  }
  options.signal?.addEventListener("abort", cancel)
  if (options.signal?.aborted) isCancelled = true
  void guarded(start, () => files.records)

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
      record.controller.abort(abortError())
      const { photoId } = record.state
      if (photoId !== null) void cancelPhoto(photoId)
    },
    retryFailed: () => {
      const failed = files.records.filter(({ state, input }) => input && state.failure?.isRetryable)
      if (failed.length === 0) return 0
      isCancelled = false
      if (!isActive) {
        done = deferred()
        events.reopen()
        store.reopen()
        activate()
      }
      for (const record of failed) files.restart(record)
      void guarded(
        () => sendAgain(failed),
        () => failed,
      )
      return failed.length
    },
  }
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
