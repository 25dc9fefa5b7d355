import { FileError, StorageError } from "./errors.ts"
import type { FileRecord } from "./file-record.ts"
import { putBytes } from "./put-bytes.ts"
import type { UploadContext } from "./upload-context.ts"

/** A request that expires sooner is renewed before it is used, in ms. */
const minLifetimeMs = 30_000

/** How often a request that S3 rejects as expired is renewed. */
const maxRenewals = 3

/** PUTs a whole file to its presigned URL. */
export const sendFile = async (context: UploadContext, record: FileRecord): Promise<void> => {
  for (let renewals = 0; ; renewals += 1) {
    try {
      await context.retry(() => context.limit.run(() => putOnce(context, record)), record.controller.signal)
      return
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      // The URL creates an object and never replaces it: an earlier attempt was stored and its response was lost.
      if (error.status === 412) return
      if (isWrongContent(error)) throw new FileError(fileChanged)
      if (error.status !== 403 || renewals === maxRenewals) throw error
      await context.renew(record)
    }
  }
}

const putOnce = async (context: UploadContext, record: FileRecord): Promise<void> => {
  const { files, platform, gate, limit } = context
  if (!record.request || isExpiring(record.request.expiresAt)) await context.renew(record)
  const { request, source } = record
  // Uploaded or cancelled meanwhile, for example by another process.
  if (!request?.presignedUrl) return
  files.change(record, { status: "uploading" })
  let reported = 0
  await putBytes(platform.send, {
    url: request.presignedUrl,
    headers: request.headers,
    body: source.whole(),
    bytes: source.bytes,
    signals: [record.controller.signal, gate.signal()],
    onProgress: (bytesSent) => {
      limit.sent(bytesSent - reported)
      reported = bytesSent
      files.change(record, { bytesSent })
    },
    onStall: () => context.onStall(record.state),
  })
}

const isExpiring = (expiresAt: string | null): boolean =>
  expiresAt !== null && Date.parse(expiresAt) - Date.now() < minLifetimeMs

// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
const isWrongContent = ({ code }: StorageError): boolean =>
  ["BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch", "InvalidDigest"].includes(code)

const fileChanged = {
  code: "file-changed",
  title: "The file changed during the upload",
  detail: "Its content is not what was hashed before. Retry the file.",
  isRetryable: true,
}
