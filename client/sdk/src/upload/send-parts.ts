import type { OpenMultipartUploadResponse } from "../api/contract.ts"
import { collectedCalls } from "./collected-calls.ts"
import {
  FileError,
  fileChanged,
  fileUnreadable,
  isWrongContent,
  problemName,
  StorageError,
} from "./errors.ts"
import type { FileRecord } from "./file-record.ts"
import { putBytes } from "./put-bytes.ts"
import { linkedController } from "./signals.ts"
import type { UploadContext } from "./upload-context.ts"

class LostUpload extends Error {
  override name = "LostUpload"
}

type Part = OpenMultipartUploadResponse["parts"][number]

/** A part of which the hash is known. */
type HashedPart = { partNumber: number; sha256: string }

/** One attempt to send all parts of a file. The signal ends all of its requests. */
type Attempt = { context: UploadContext; record: FileRecord; partBytes: number; signal: AbortSignal }

/** A multipart upload is lost only when writes conflict or it was aborted; several losses have another cause. */
const maxLostUploads = 3

/** How often the URL of a part that S3 rejects as expired is renewed. */
const maxRenewals = 3

/** Time in which hashed parts are collected for one call, in ms. */
const collectMs = 100

/** The API's limit of parts in one call. */
const maxPartsPerCall = 1000

/**
 * Uploads a file in parts and completes it. Parts that S3 has already are not sent. With a hasher, S3 verifies every
 * part, and the server verifies the whole file.
 */
export const sendInParts = async (context: UploadContext, record: FileRecord): Promise<void> => {
  const { api, retry, files } = context
  const { signal } = record.controller
  for (let losses = 0; ; losses += 1) {
    if (signal.aborted) throw signal.reason
    try {
      await sendMissingParts(context, record)
      await retry(() => api.finalizeUpload(photoIdOf(record)), signal)
      files.change(record, { status: "uploaded" })
      return
    } catch (error) {
      const isLost =
        error instanceof LostUpload ||
        ["upload-lost", "object-missing", "parts-missing"].includes(problemName(error))
      // Another process or an earlier request, whose response was lost, completed it.
      if (problemName(error) === "already-uploaded") return
      if (isWrongContent(error)) throw new FileError(fileChanged)
      if (!isLost || losses === maxLostUploads) throw error
    }
  }
}

const sendMissingParts = async (context: UploadContext, record: FileRecord): Promise<void> => {
  context.files.change(record, { status: "uploading" })
  record.storedBytes = 0
  const { controller, release } = linkedController(record.controller.signal)
  const { signal } = controller
  const partBytes = record.request?.multipart?.partSize ?? 0
  const attempt: Attempt = { context, record, partBytes, signal }
  const sending: Promise<void>[] = []
  const track = (sent: Promise<void>) => {
    sent.catch((error: unknown) => controller.abort(error))
    sending.push(sent)
  }
  try {
    if (context.hasher) await sendHashed(attempt, track)
    // Without a hasher, or where it cannot hash the file.
    if (sending.length === 0) for (const part of (await open(attempt)).parts) track(sendPart(attempt, part))
    await Promise.all(sending)
  } catch (error) {
    controller.abort(error)
    // No request of this attempt may run into the next one.
    await Promise.allSettled(sending)
    throw signal.reason
  } finally {
    release()
  }
}

/** Sends parts while the rest of the file is hashed. */
const sendHashed = async (attempt: Attempt, track: (sent: Promise<void>) => void): Promise<void> => {
  const { context, record, partBytes, signal } = attempt
  const openParts = collectedCalls({ delayMs: collectMs, maxItems: maxPartsPerCall }, (parts: HashedPart[]) =>
    open(attempt, parts),
  )
  const onPart = (partNumber: number, sha256: string) => {
    const hashed = { partNumber, sha256 }
    track(openParts(hashed).then(({ parts }) => sendPart(attempt, partOf(parts, partNumber), hashed)))
  }
  const sha256 = await context.hasher?.(record.source, { partSize: partBytes, onPart, signal })
  if (!sha256) return
  context.files.change(record, { sha256 })
  await context.declareHash(record, sha256)
  if (signal.aborted) throw signal.reason
}

const partOf = (parts: readonly Part[], partNumber: number): Part => {
  const part = parts.find((candidate) => candidate.partNumber === partNumber)
  if (!part) throw new Error(`the API returned no part ${partNumber}`)
  return part
}

const open = (
  { context: { api, retry }, record, signal }: Attempt,
  parts?: HashedPart[],
): Promise<OpenMultipartUploadResponse> =>
  retry(() => api.openMultipartUpload(photoIdOf(record), parts && { parts }), signal)

const sendPart = async (attempt: Attempt, first: Part, hashed?: HashedPart): Promise<void> => {
  const { context, record, signal } = attempt
  for (let part = first, renewals = 0; !part.isStored; renewals += 1) {
    try {
      await context.retry(() => context.limit.run(() => putPart(attempt, part), record.source.bytes), signal)
      break
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      if (error.status === 404) throw new LostUpload("S3 does not have the multipart upload any more")
      if (error.status !== 403 || renewals === maxRenewals) throw error
      // The URL expired while earlier parts were uploaded.
      part = partOf((await open(attempt, hashed && [hashed])).parts, part.partNumber)
    }
  }
  record.storedBytes += first.bytes
  context.files.change(record, { bytesSent: record.storedBytes })
}

const putPart = async ({ context, record, partBytes, signal }: Attempt, part: Part): Promise<void> => {
  const { platform, gate, limit, files } = context
  const start = (part.partNumber - 1) * partBytes
  const { slice } = record.source
  if (!slice) throw new FileError(fileUnreadable("This platform sends whole files only.", false))
  let reported = 0
  const sent = putBytes(platform.send, {
    url: part.presignedUrl,
    headers: part.headers,
    body: slice(start, start + part.bytes),
    bytes: part.bytes,
    signals: [signal, gate.signal()],
    onProgress: (bytesSent) => {
      limit.sent(bytesSent - reported)
      record.sendingBytes += bytesSent - reported
      reported = bytesSent
      files.change(record, { bytesSent: record.storedBytes + record.sendingBytes })
    },
    onStall: () => context.onStall(record.state),
  })
  await sent.finally(() => {
    record.sendingBytes -= reported
  })
}

const photoIdOf = ({ state }: FileRecord): string => state.photoId ?? ""
