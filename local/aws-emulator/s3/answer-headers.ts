import { type OutgoingHttpHeaders, validateHeaderValue } from "node:http"
import { responseOverrides } from "./operation.ts"
import type { Answer } from "./perform.ts"
import { S3Refused } from "./s3-error.ts"
import type { Headers, S3Request } from "./s3-request.ts"

// Of one connection, or set by the front itself.
const ours = new Set([
  "connection",
  "date",
  "keep-alive",
  "transfer-encoding",
  "x-amz-id-2",
  "x-amz-request-id",
])

/** The headers of an answer: the emulator's, with those replaced that the request asked for. */
export const answerHeaders = ({ status, headers }: Answer, overrides: Headers): OutgoingHttpHeaders => {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !ours.has(name)))
  return status < 300 ? { ...kept, ...overrides } : kept
}

/**
 * The headers that a request wants its answer to have.
 * @throws S3Refused when one can't stand in a header
 */
export const overriddenHeaders = ({ operation, query }: S3Request): Headers => {
  if (operation !== "GetObject" && operation !== "HeadObject") return {}
  const asked = Object.entries(responseOverrides).flatMap(([parameter, header]) => {
    const value = query.get(parameter)
    if (value === undefined) return []
    assertHeaderValue(parameter, header, value)
    return [[header, value] as const]
  })
  return { "accept-ranges": "bytes", ...Object.fromEntries(asked) }
}

const assertHeaderValue = (parameter: string, header: string, value: string): void => {
  try {
    validateHeaderValue(header, value)
  } catch {
    throw new S3Refused("InvalidArgument", "Header value cannot be represented using ISO-8859-1.", {
      ArgumentName: parameter,
      ArgumentValue: value,
    })
  }
}
