import { once } from "node:events"
import { createWriteStream } from "node:fs"
import type { S3Request } from "./s3-request.ts"

/** A verified request and its response. */
export type AccessLogEntry = {
  /** When the response was ready. */
  time: string
  method: string
  /** The key of the object; empty for requests about the bucket. */
  key: string
  status: number
  uploadId?: string
  partNumber?: number
  /** Length of the request's body. */
  bytes: number
  /** Without quotes. */
  etag?: string
}

/** The log entry of a request that was answered with `status`. */
export const accessLogEntry = (
  { method, address, query, headers }: S3Request,
  { status, etag }: { status: number; etag?: string | undefined },
  time: Date,
): AccessLogEntry => {
  const uploadId = query.get("uploadId")
  const partNumber = query.get("partNumber")
  return {
    time: time.toISOString(),
    method,
    key: "key" in address ? String(address.key) : "",
    status,
    ...(uploadId !== undefined && { uploadId }),
    ...(partNumber !== undefined && { partNumber: Number(partNumber) }),
    bytes: Number(headers["content-length"] ?? 0),
    ...(etag !== undefined && { etag: etag.replaceAll('"', "") }),
  }
}

export type AccessLog = { write: (entry: AccessLogEntry) => void; close: () => Promise<void> }

/** Opens a log of one JSON line per request. Appends to an existing file. */
export const openAccessLog = async (path: string): Promise<AccessLog> => {
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 })
  await once(stream, "open")
  return {
    write: (entry) => {
      stream.write(`${JSON.stringify(entry)}\n`)
    },
    close: async () => {
      stream.end()
      await once(stream, "close")
    },
  }
}
