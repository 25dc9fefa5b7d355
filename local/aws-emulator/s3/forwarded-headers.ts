import { S3Refused } from "./s3-error.ts"
import type { Headers, S3Request } from "./s3-request.ts"

/**
 * The headers of a request that the emulator is to see.
 * @throws S3Refused for an object of a type that fauxqs would take for a protocol of its own
 */
export const forwardedHeaders = ({ operation, headers }: S3Request): Headers => {
  const isWrite = operation === "PutObject" || operation === "CompleteMultipartUpload"
  const kept = Object.entries(headers).filter(
    ([name]) => !ours.has(name) && !(isWrite && conditions.has(name)),
  )
  return { ...Object.fromEntries(kept), ...contentType(operation, headers) }
}

// What the front has dealt with, and what concerns one connection only (RFC 9110, section 7.6.1).
const ours = new Set([
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "x-amz-content-sha256",
  "x-amz-date",
])
const conditions = new Set(["if-match", "if-none-match"])

const contentType = (operation: S3Request["operation"], headers: Headers): Headers => {
  const isStored = operation === "PutObject" || operation === "CreateMultipartUpload"
  // Elsewhere the type means nothing to S3, but a form's would make fauxqs parse the body as one.
  if (!isStored)
    return headers["content-type"] === undefined ? {} : { "content-type": "application/octet-stream" }
  const type = headers["content-type"] ?? "binary/octet-stream"
  if (/^application\/(x-amz-json-1\.0|x-www-form-urlencoded)\b/i.test(type))
    throw new S3Refused("NotImplemented", `An object of type ${type} can't be stored locally`)
  return { "content-type": type }
}
