import type { IncomingMessage } from "node:http"
import type { SignedRequest } from "./canonical-request.ts"

/** The parts of an incoming request that its signature covers. */
export const signedRequestOf = (request: IncomingMessage): SignedRequest => {
  const [path = "/", ...query] = (request.url ?? "/").split("?")
  const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) =>
    values === undefined ? [] : [[name, values.join(",")] as const],
  )
  return { method: request.method ?? "GET", path, query: query.join("?"), headers: new Map(headers) }
}
