import { parseObjectCreated, type StoredOriginal } from "../../aws/object-created.ts"
import type { Database } from "../../db/statement.ts"
import type { PhotoFault } from "../../domain/failure-reason.ts"
import { thumbnailVariants } from "../../domain/image.ts"
import { thumbnailKey } from "../../domain/object-key.ts"
import { isTerminalPhoto } from "../../domain/photo-status.ts"
import { tagsOfKeywords } from "../../domain/tag-label.ts"
import type { BufferPool } from "../platform/buffer-pool.ts"
import { recoverLateObject } from "../platform/late-object.ts"
import type { Logger } from "../platform/log.ts"
import type { ObjectStore } from "../platform/object-store.ts"
import { isOutage } from "../platform/outage.ts"
import type { MessageOutcome } from "../platform/queue.ts"
import { downloadToFile, downloadToMemory, type Hashed, maxBufferedBytes } from "./download.ts"
import { deferralSeconds } from "./fair-share.ts"
import type { PhotoContent } from "./image/byte-source.ts"
import type { ExaminedPhoto } from "./image/examined-photo.ts"
import type { ImageExaminer } from "./image/image-examiner.ts"
import { createTurns } from "./in-turn.ts"
import {
  type Claim,
  type ClaimedPhoto,
  claimPhoto,
  completePhoto,
  failPhoto,
  releasePhoto,
  selectPhotoStatus,
} from "./sql.ts"

export type ProcessPhotoDependencies = {
  environment: string
  bucket: string
  maxFileBytes: number
  /** Photos that this process works on at once. */
  concurrency: number
  /** Time limit from claim to completion. Shorter than the lease, so an expired lease means a dead worker. */
  photoTimeoutMs: number
  /** Aborted when the process stops: photos in progress are released, and their messages become visible at once. */
  stopping: AbortSignal
  database: Database
  objectStore: ObjectStore
  examiner: ImageExaminer
  withBuffer: BufferPool["withBuffer"]
  /** Passes a unique path to `use` and removes the file afterwards. */
  withScratchFile: <T>(use: (path: string) => Promise<T>) => Promise<T>
  log: Logger
}

/** The abort reason of attempts when the process stops. */
export class Stopping extends Error {
  override name = "Stopping"
}

/** Makes the message visible at once, for another process. */
const stopped: MessageOutcome = { kind: "retry", reason: "stopping", afterMs: 0 }

// Time for the last statement of an attempt that reached its time limit.
const leaseMarginMs = 15_000

const storageTimeoutMs = 10_000

/** Handles one message. Idempotent: a photo reaches a final status once, also after duplicate messages. */
export const processPhoto = (dependencies: ProcessPhotoDependencies) => {
  // Claims of one user run one after another: concurrent claims would not count each other's leases.
  const inTurn = createTurns()
  return async (body: string): Promise<MessageOutcome> => {
    const { environment, bucket } = dependencies
    const original = parseObjectCreated(body, { environment, bucket })
    if (!original) return { kind: "discard", reason: "message does not refer to an original" }
    return dependencies.stopping.aborted ? stopped : processOriginal({ ...dependencies, inTurn }, original)
  }
}

type ClaimDependencies = ProcessPhotoDependencies & { inTurn: ReturnType<typeof createTurns> }

const processOriginal = async (
  dependencies: ClaimDependencies,
  original: StoredOriginal,
): Promise<MessageOutcome> => {
  const { database, concurrency, photoTimeoutMs, inTurn } = dependencies
  const leaseMs = photoTimeoutMs + leaseMarginMs
  const { claimed, deferred, known } = await inTurn(original.userId, () =>
    database.run(claimPhoto, { ...original, leaseMs, concurrency }),
  )
  if (claimed) return attempt(dependencies, original, claimed)
  if (deferred) return { kind: "defer", delaySeconds: deferralSeconds(deferred, Math.random()) }
  if (!known) return { kind: "discard", reason: "no such photo" }
  if (known.status === "CANCELLED" || known.isDeleted) await removeObjects(dependencies, original)
  else if (known.status === "FAILED") return processLateObject(dependencies, original)
  if (isTerminalPhoto(known.status)) return { kind: "done" }
  // The worker with the lease may have died, so keep the message until after its lease has expired.
  return { kind: "retry", reason: "leased by another worker", afterMs: known.leaseMs + 1000 }
}

/** Processes an object that arrived after its photo had expired. Other failed photos are not changed. */
const processLateObject = async (
  dependencies: ClaimDependencies,
  original: StoredOriginal,
): Promise<MessageOutcome> => {
  const late = await recoverLateObject(dependencies, original, AbortSignal.timeout(storageTimeoutMs))
  if (late.kind === "recovered") return processOriginal(dependencies, { ...original, etag: late.object.etag })
  if (late.kind === "no_room") await removeObjects(dependencies, original)
  return { kind: "done" }
}

const attempt = async (
  dependencies: ProcessPhotoDependencies,
  original: StoredOriginal,
  photo: ClaimedPhoto,
): Promise<MessageOutcome> => {
  const { database, photoTimeoutMs, stopping } = dependencies
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(photoTimeoutMs)])
  const log = dependencies.log.child({
    jobId: photo.jobId,
    photoId: original.photoId,
    traceId: photo.traceparent?.split("-")[1],
    attempt: photo.attempt,
  })
  const claim: Claim = { photoId: original.photoId, attempt: photo.attempt }
  const startedAt = performance.now()
  try {
    const outcome = await inspect(dependencies, original, photo, signal)
    const { isMoved } = await record(database, claim, outcome)
    if (!isMoved && (await database.run(selectPhotoStatus, claim))?.status === "CANCELLED")
      await removeObjects(dependencies, original)
    const facts = { durationMs: Math.round(performance.now() - startedAt), bytes: photo.bytes }
    if (!isMoved) log.warn(facts, "photo already has another outcome; result ignored")
    else if ("fault" in outcome) log.info({ ...facts, reason: outcome.fault.reason }, "photo failed")
    else log.info(facts, "photo completed")
    return { kind: "done" }
  } catch (thrown) {
    // Requests that a signal aborts throw their own errors.
    const error: unknown = signal.aborted ? signal.reason : thrown
    if (signal.aborted || isOutage(error)) log.warn({ err: error }, "attempt failed")
    else log.error({ err: error }, "attempt failed")
    const reason = error instanceof Error ? error.name : "unexpected error"
    await database
      .run(releasePhoto, { ...claim, reason })
      .catch((err: unknown) => log.warn({ err }, "claim not released"))
    return stopping.aborted ? stopped : { kind: "retry", reason }
  }
}

/** Removes the objects of a cancelled or deleted photo. Also called when the object is uploaded afterwards. */
const removeObjects = async (
  { environment, objectStore }: ProcessPhotoDependencies,
  { key, userId, photoId }: StoredOriginal,
): Promise<void> => {
  const thumbnails = thumbnailVariants.map((variant) => thumbnailKey(environment, userId, photoId, variant))
  const signal = AbortSignal.timeout(storageTimeoutMs)
  await Promise.all([key, ...thumbnails].map((each) => objectStore.remove(each, signal)))
}

type Outcome = { checksum: string; examined: ExaminedPhoto } | { checksum: string | null; fault: PhotoFault }

/** Downloads and examines an object. Invalid photos are outcomes; outages throw. */
const inspect = async (
  dependencies: ProcessPhotoDependencies,
  original: StoredOriginal,
  photo: ClaimedPhoto,
  signal: AbortSignal,
): Promise<Outcome> => {
  const { maxFileBytes, objectStore, withBuffer, withScratchFile } = dependencies
  const object = await objectStore.get(original, signal)
  if (!object) throw new Error("the object is gone or was replaced")
  const sizeFault = sizeFaultOf(object.bytes, photo.bytes, maxFileBytes)
  if (sizeFault) {
    object.stream.destroy()
    return { checksum: null, fault: sizeFault }
  }
  if (object.bytes <= maxBufferedBytes)
    return withBuffer(object.bytes, async (buffer) =>
      examine(dependencies, original, photo, await downloadToMemory(object, buffer, signal), signal),
    )
  return withScratchFile(async (path) =>
    examine(dependencies, original, photo, await downloadToFile(object, path, signal), signal),
  )
}

const examine = async (
  { environment, objectStore, examiner }: ProcessPhotoDependencies,
  { userId, photoId }: StoredOriginal,
  photo: ClaimedPhoto,
  { content, sha256 }: Hashed<PhotoContent>,
  signal: AbortSignal,
): Promise<Outcome> => {
  if (photo.sha256 !== null && photo.sha256 !== sha256) return { checksum: sha256, fault: checksumFault }
  const examination = await examiner.examine(content, photo.type, signal)
  if (!examination.ok) return { checksum: sha256, fault: examination.error }
  await Promise.all(
    examination.value.thumbnails.map(({ variant, webp }) =>
      objectStore.put(thumbnailKey(environment, userId, photoId, variant), webp, "image/webp", signal),
    ),
  )
  return { checksum: sha256, examined: examination.value }
}

const record = (database: Database, claim: Claim, outcome: Outcome) => {
  if ("fault" in outcome) return database.run(failPhoto, { ...claim, ...outcome })
  const { facts, thumbnails } = outcome.examined
  return database.run(completePhoto, {
    ...claim,
    checksum: outcome.checksum,
    facts,
    thumbnails: thumbnails.map(({ variant, width, height, bytes }) => ({ variant, width, height, bytes })),
    keywordTags: tagsOfKeywords(facts.annotations?.keywords ?? []),
  })
}

const sizeFaultOf = (stored: number, declared: number, maxBytes: number): PhotoFault | null => {
  if (stored > maxBytes)
    return { reason: "TOO_LARGE", detail: `The file has ${stored} bytes; the limit is ${maxBytes} bytes.` }
  if (stored !== declared)
    return {
      reason: "SIZE_MISMATCH",
      detail: `The file has ${stored} bytes, but ${declared} were declared.`,
    }
  return null
}

const checksumFault: PhotoFault = {
  reason: "CHECKSUM_MISMATCH",
  detail: "The stored bytes do not match the declared checksum. Upload the photo again.",
}
