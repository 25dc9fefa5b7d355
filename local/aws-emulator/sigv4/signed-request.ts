import type { IncomingMessage } from "node:http"
import type { SignedRequest } from "./canonical-request.ts"

/** A request as it came over the wire, for its signature to be verified. */
export const signedRequestOf = (request: IncomingMessage): SignedRequest => {
  const [path = "/", ...query] = (request.url ?? "/").split("?")
  const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) =>
    values === undefined ? [] : [[name, values.join(",")] as const],
  )
  return { method: request.method ?? "GET", path, query: query.join("?"), headers: new Map(headers) }
}
