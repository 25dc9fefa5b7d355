import type { UploadItem } from "../api/contract.ts"
import { FileError, fileChanged, isWrongContent, StorageError } from "./errors.ts"
import type { FileRecord } from "./file-record.ts"
import { putBytes } from "./put-bytes.ts"
import type { UploadContext } from "./upload-context.ts"

/** A request that expires sooner is renewed before it is used, in ms. */
const minLifetimeMs = 30_000

/** A request is not renewed within this time after it was received: the clock of this device may be wrong, in ms. */
const minAgeMs = 10_000

/** How often a request that S3 rejects as expired is renewed. */
const maxRenewals = 3

/** PUTs a whole file to its presigned URL. */
export const sendFile = async (context: UploadContext, record: FileRecord): Promise<void> => {
  const { retry, limit } = context
  for (let renewals = 0; ; renewals += 1) {
    let used: UploadItem | null = null
    const attempt = async () => {
      if (!record.request || isExpiring(record)) await context.renew(record)
      used = record.request
      // Uploaded or cancelled meanwhile, for example by another process.
      if (used?.presignedUrl) await putFile(context, record, used.presignedUrl, used.headers)
    }
    try {
      await retry(() => limit.run(attempt, record.source.bytes), record.controller.signal)
      return
    } catch (error) {
      // The URL creates an object and never replaces it: an earlier attempt was stored and its response was lost.
      if (error instanceof StorageError && error.status === 412) return
      if (isWrongContent(error)) throw new FileError(fileChanged)
      if (!(error instanceof StorageError) || error.status !== 403 || renewals === maxRenewals) throw error
      // Another file of the job renewed all requests meanwhile.
      if (record.request !== used) continue
      await context.renew(record)
      // The server waits for it no more: an earlier attempt was stored, and its response was lost.
      if (record.request === used) return
    }
  }
}

const putFile = (
  { files, platform, gate, limit, onStall }: UploadContext,
  record: FileRecord,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> => {
  files.change(record, { status: "uploading" })
  let reported = 0
  return putBytes(platform.send, {
    url,
    headers,
    body: record.source.whole(),
    bytes: record.source.bytes,
    signals: [record.controller.signal, gate.signal()],
    onProgress: (bytesSent) => {
      limit.sent(bytesSent - reported)
      reported = bytesSent
      files.change(record, { bytesSent })
    },
    onStall: () => onStall(record.state),
  })
}

const isExpiring = ({ request, requestedAtMs }: FileRecord): boolean =>
  typeof request?.expiresAt === "string" &&
  Date.parse(request.expiresAt) - Date.now() < minLifetimeMs &&
  Date.now() - requestedAtMs > minAgeMs
