import { type OutgoingHttpHeaders, validateHeaderValue } from "node:http"
import { responseOverrides } from "./operation.ts"
import type { S3Response } from "./perform.ts"
import { S3RequestError } from "./s3-error.ts"
import type { Headers, S3Request } from "./s3-request.ts"

// Hop-by-hop headers, and headers that this server sets.
const ownHeaders = new Set([
  "connection",
  "date",
  "keep-alive",
  "transfer-encoding",
  "x-amz-id-2",
  "x-amz-request-id",
])

/** The headers of a response: those of fauxqs, with the overrides of the request. */
export const responseHeaders = ({ status, headers }: S3Response, overrides: Headers): OutgoingHttpHeaders => {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name)))
  return status < 300 ? { ...kept, ...overrides } : kept
}

/**
 * The response headers that a request overrides.
 * @throws S3RequestError for an invalid header value
 */
export const overriddenHeaders = ({ operation, query }: S3Request): Headers => {
  if (operation !== "GetObject" && operation !== "HeadObject") return {}
  const overrides = Object.entries(responseOverrides).flatMap(([parameter, header]) => {
    const value = query.get(parameter)
    if (value === undefined) return []
    assertHeaderValue(parameter, header, value)
    return [[header, value] as const]
  })
  return { "accept-ranges": "bytes", ...Object.fromEntries(overrides) }
}

const assertHeaderValue = (parameter: string, header: string, value: string): void => {
  try {
    validateHeaderValue(header, value)
  } catch {
    throw new S3RequestError("InvalidArgument", "Header value cannot be represented using ISO-8859-1.", {
      ArgumentName: parameter,
      ArgumentValue: value,
    })
  }
}
