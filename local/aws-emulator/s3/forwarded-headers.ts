import { S3RequestError } from "./s3-error.ts"
import type { Headers, S3Request } from "./s3-request.ts"

/**
 * The headers of a request that are forwarded to fauxqs.
 * @throws S3RequestError for a content type that fauxqs would interpret as another protocol
 */
export const forwardedHeaders = ({ operation, headers }: S3Request): Headers => {
  const isWrite = operation === "PutObject" || operation === "CompleteMultipartUpload"
  const kept = Object.entries(headers).filter(
    ([name]) => !ownHeaders.has(name) && !(isWrite && conditions.has(name)),
  )
  return { ...Object.fromEntries(kept), ...contentType(operation, headers) }
}

// Headers that this server handles, and hop-by-hop headers (RFC 9110, section 7.6.1).
const ownHeaders = new Set([
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
  // S3 ignores the type of other requests, but fauxqs would parse the body of a form.
  if (!isStored)
    return headers["content-type"] === undefined ? {} : { "content-type": "application/octet-stream" }
  const type = headers["content-type"] ?? "binary/octet-stream"
  if (/^application\/(x-amz-json-1\.0|x-www-form-urlencoded)\b/i.test(type))
    throw new S3RequestError("NotImplemented", `Storing an object of type ${type} is not implemented locally`)
  return { "content-type": type }
}
