import type { IncomingHttpHeaders } from "node:http"
import { S3RequestError } from "./s3-error.ts"
import type { Headers } from "./s3-request.ts"

// The methods and headers for presigned PUTs and GETs from a browser, as in the rules of the deployed bucket.
const allowedMethods = ["GET", "HEAD", "PUT"]
const exposedHeaders = "ETag, x-amz-checksum-sha256, x-amz-request-id"
const maxAgeSeconds = 3000
const vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"

/**
 * The CORS headers of a response. S3 adds them to every response, including errors, if origin and method are allowed.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
 */
export const corsHeaders = (
  { origin }: IncomingHttpHeaders,
  method: string,
  allowedOrigins: readonly string[],
): Headers => {
  if (origin === undefined || !allowedMethods.includes(method)) return {}
  const allowed = allowedOrigins.find((pattern) => matches(pattern, origin))
  if (allowed === undefined) return {}
  return {
    "access-control-allow-origin": allowed === "*" ? "*" : origin,
    ...(allowed !== "*" && { "access-control-allow-credentials": "true" }),
    "access-control-allow-methods": allowedMethods.join(", "),
    "access-control-expose-headers": exposedHeaders,
    vary,
  }
}

/**
 * The headers of the response to a preflight.
 * @throws S3RequestError for an origin or a method that is not allowed
 */
export const preflightHeaders = (
  headers: IncomingHttpHeaders,
  allowedOrigins: readonly string[],
): Headers => {
  const method = headers["access-control-request-method"]
  if (headers.origin === undefined || method === undefined)
    throw new S3RequestError(
      "BadRequest",
      "Insufficient information. Origin and method request headers needed.",
    )
  const allowed = corsHeaders(headers, method, allowedOrigins)
  if (Object.keys(allowed).length === 0)
    throw new S3RequestError(
      "AccessForbidden",
      "CORSResponse: This CORS request is not allowed. This is usually because the evaluation of Origin, request " +
        "method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the " +
        "resource's CORS spec.",
      { Method: method, ResourceType: "OBJECT" },
    )
  const requested = headers["access-control-request-headers"]
  return {
    ...allowed,
    ...(requested !== undefined && { "access-control-allow-headers": requested.toLowerCase() }),
    "access-control-max-age": String(maxAgeSeconds),
  }
}

// An allowed origin has at most one `*`.
const matches = (pattern: string, origin: string): boolean => {
  const [start = "", end] = pattern.split("*")
  if (end === undefined) return pattern === origin
  return origin.length >= start.length + end.length && origin.startsWith(start) && origin.endsWith(end)
}
