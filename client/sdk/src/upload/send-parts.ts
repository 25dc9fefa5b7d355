import type { OpenMultipartUploadResponse } from "../api/contract.ts"
import { collectedCalls } from "./collected-calls.ts"
import { FileError, problemName, StorageError } from "./errors.ts"
import type { FileRecord } from "./file-record.ts"
import { putBytes } from "./put-bytes.ts"
import type { UploadContext } from "./upload-context.ts"

class LostUpload extends Error {
  override name = "LostUpload"
}

type Part = OpenMultipartUploadResponse["parts"][number]

/** A multipart upload is lost only when writes conflict or it was aborted; several losses have another cause. */
const maxLostUploads = 3

/** Time in which hashed parts are collected for one call, in ms. */
const collectMs = 100

/**
 * Uploads a file in parts and completes it. Parts that S3 has already are not sent. With a hasher, S3 verifies every
 * part, and the server verifies the whole file.
 */
export const sendInParts = async (context: UploadContext, record: FileRecord): Promise<void> => {
  for (let losses = 0; ; losses += 1) {
    try {
      if (await sendMissingParts(context, record)) await complete(context, record)
      return
    } catch (error) {
      const isLost =
        error instanceof LostUpload ||
        ["upload-lost", "object-missing", "parts-missing"].includes(problemName(error))
      if (!isLost || losses === maxLostUploads) throw error
      record.storedBytes = 0
    }
  }
}

/** Returns false if the photo does not accept parts any more. */
const sendMissingParts = async (context: UploadContext, record: FileRecord): Promise<boolean> => {
  const { platform, files } = context
  const partBytes = record.request?.multipart?.partSize ?? 0
  files.change(record, { status: "uploading" })
  try {
    if (!platform.hasher) {
      const { parts } = await open(context, record)
      await Promise.all(parts.map((part) => sendPart(context, record, part, partBytes)))
      return true
    }
    await sendHashedParts(context, record, partBytes)
    return true
  } catch (error) {
    if (problemName(error) === "already-uploaded") return false
    throw error
  }
}

const sendHashedParts = async (
  context: UploadContext,
  record: FileRecord,
  partBytes: number,
): Promise<void> => {
  const openParts = collectedCalls({ delayMs: collectMs, maxItems: 1000 }, (parts: HashedPart[]) =>
    open(context, record, parts),
  )
  const sending: Promise<void>[] = []
  const failure = new AbortController()
  const onPart = (partNumber: number, sha256: string) => {
    const sent = openParts({ partNumber, sha256 }).then(({ parts }) => {
      const part = parts.find((candidate) => candidate.partNumber === partNumber)
      if (!part) throw new Error(`the API returned no part ${partNumber}`)
      return sendPart(context, record, part, partBytes, sha256)
    })
    sent.catch((error: unknown) => failure.abort(error))
    sending.push(sent)
  }
  const { hasher } = context.platform
  if (!hasher) throw new Error("the platform has no hasher")
  record.controller.signal.addEventListener("abort", () => failure.abort(record.controller.signal.reason))
  const sha256 = await hasher(record.source, { partSize: partBytes, onPart, signal: failure.signal })
  context.files.change(record, { sha256 })
  await context.declareHash(record, sha256)
  if (record.controller.signal.aborted) throw record.controller.signal.reason
  await Promise.all(sending)
}

type HashedPart = { partNumber: number; sha256: string }

const open = (
  { api, retry }: UploadContext,
  record: FileRecord,
  parts?: HashedPart[],
): Promise<OpenMultipartUploadResponse> => {
  const photoId = record.state.photoId ?? ""
  return retry(() => api.openMultipartUpload(photoId, parts && { parts }), record.controller.signal)
}

const sendPart = async (
  context: UploadContext,
  record: FileRecord,
  part: Part,
  partBytes: number,
  sha256?: string,
): Promise<void> => {
  if (!part.isStored) {
    const hashed = sha256 === undefined ? undefined : [{ partNumber: part.partNumber, sha256 }]
    await putPart(context, record, part, partBytes, hashed)
  }
  record.storedBytes += part.bytes
  context.files.change(record, { bytesSent: record.storedBytes })
}

const putPart = async (
  context: UploadContext,
  record: FileRecord,
  first: Part,
  partBytes: number,
  hashed: HashedPart[] | undefined,
): Promise<void> => {
  let part = first
  for (let renewals = 0; ; renewals += 1) {
    try {
      await context.retry(
        () => context.limit.run(() => putOnce(context, record, part, partBytes)),
        record.controller.signal,
      )
      return
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      if (error.status === 404) throw new LostUpload("S3 does not have the multipart upload any more")
      if (error.status !== 403 || renewals > 2) throw error
      // The URL expired while earlier parts were uploaded.
      const { parts } = await open(context, record, hashed)
      part = parts.find(({ partNumber }) => partNumber === first.partNumber) ?? part
    }
  }
}

const putOnce = async (
  context: UploadContext,
  record: FileRecord,
  part: Part,
  partBytes: number,
): Promise<void> => {
  const { platform, gate, limit, files } = context
  const start = (part.partNumber - 1) * partBytes
  const { slice } = record.source
  if (!slice) throw new FileError(cannotSlice)
  let reported = 0
  const sent = putBytes(platform.send, {
    url: part.presignedUrl,
    headers: part.headers,
    body: slice(start, start + part.bytes),
    bytes: part.bytes,
    signals: [record.controller.signal, gate.signal()],
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

const complete = async ({ api, retry, files }: UploadContext, record: FileRecord): Promise<void> => {
  const photoId = record.state.photoId ?? ""
  await retry(() => api.finalizeUpload(photoId), record.controller.signal)
  files.change(record, { status: "uploaded" })
}

const cannotSlice = {
  code: "file-unreadable",
  title: "The file cannot be read in parts",
  detail: "This platform sends whole files only. Upload with `multipart: false`.",
  isRetryable: false,
}
