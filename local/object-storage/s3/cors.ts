import type { IncomingMessage } from "node:http"

// As infra configures the bucket: what browsers need for presigned PUTs and GETs, and no more.
const methods = ["GET", "HEAD", "PUT"]
const exposedHeaders = "ETag, x-amz-checksum-sha256, x-amz-request-id"
const maxAgeSeconds = "3000"

/** The headers that let a page read an answer, or none when its origin is not allowed. */
export const corsHeaders = (request: IncomingMessage, origins: readonly string[]): Record<string, string> => {
  const { origin } = request.headers
  if (!origin || !isAllowed(origin, origins)) return {}
  return {
    "access-control-allow-origin": origins.includes("*") ? "*" : origin,
    "access-control-expose-headers": exposedHeaders,
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  }
}

/** The answer to a preflight: 200 with what is allowed, 403 for a foreign origin or method, as S3 gives it. */
export const preflight = (
  request: IncomingMessage,
  origins: readonly string[],
): { status: 200 | 403; headers: Record<string, string> } => {
  const headers = corsHeaders(request, origins)
  const method = request.headers["access-control-request-method"] ?? ""
  if (Object.keys(headers).length === 0 || !methods.includes(method)) return { status: 403, headers: {} }
  const requested = request.headers["access-control-request-headers"]
  return {
    status: 200,
    headers: {
      ...headers,
      "access-control-allow-methods": methods.join(", "),
      ...(requested && { "access-control-allow-headers": requested }),
      "access-control-max-age": maxAgeSeconds,
    },
  }
}

const isAllowed = (origin: string, origins: readonly string[]): boolean =>
  origins.includes("*") || origins.includes(origin)
