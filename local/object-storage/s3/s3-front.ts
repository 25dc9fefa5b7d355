import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { pipeline } from "node:stream/promises"
import { BodyRefused } from "./body-check.ts"
import { corsHeaders, preflight } from "./cors.ts"
import type { StoredObject } from "./object-created-event.ts"
import { errorXml, type S3Error, statusOf } from "./s3-error.ts"
import { operationOf, type S3Operation } from "./s3-operation.ts"
import type { SignedRequest } from "./sigv4/canonical-request.ts"
import { type Verified, type Verifier, verifyRequest } from "./sigv4/verify-request.ts"
import type { Upstream, UpstreamAnswer } from "./upstream.ts"

export type FrontOptions = {
  upstream: Upstream
  verifier: Verifier
  corsOrigins: readonly string[]
  /** Called after an object was stored, before its uploader hears of it. */
  onStored: (object: StoredObject) => void
}

/**
 * S3 as AWS plays it, before an emulator that believes everything: checks who asks and what was signed, answers
 * CORS, keeps conditional writes, and tells of every object that was stored. Bodies stream through.
 */
export const createFront = (options: FrontOptions): Server => {
  const keysUnderWay = new Set<string>()
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    serve(options, keysUnderWay, request, response).catch((error: unknown) => {
      const refusal = error instanceof BodyRefused ? error.refusal : internalError
      if (response.headersSent) response.destroy()
      else refuse(options, request, response, refusal)
    })
  }
  // A request that is refused is refused before its body is asked for.
  return createServer(handle).on("checkContinue", handle)
}

const serve = async (
  options: FrontOptions,
  keysUnderWay: Set<string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (request.method === "OPTIONS") {
    const { status, headers } = preflight(request, options.corsOrigins)
    response.writeHead(status, headers).end()
    return
  }
  const signed = signedRequestOf(request)
  const verified = verifyRequest(signed, options.verifier)
  if (!verified.ok) return refuse(options, request, response, verified.error)

  const operation = operationOf(signed)
  if (operation.kind === "unsupported") return refuse(options, request, response, notImplemented)
  if (operation.kind !== "put-object") return answer(options, operation, verified.value, request, response)

  const refusal = await writeFault(options.upstream, keysUnderWay, operation, request)
  if (refusal) return refuse(options, request, response, refusal)
  keysUnderWay.add(operation.path)
  try {
    await answer(options, operation, verified.value, request, response)
  } finally {
    keysUnderWay.delete(operation.path)
  }
}

/** Lets the emulator do the operation and gives its answer on. */
const answer = async (
  options: FrontOptions,
  operation: Exclude<S3Operation, { kind: "unsupported" }>,
  { payloadHash }: Verified,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (request.headers.expect) response.writeContinue()
  const requestId = randomUUID()
  const given = await options.upstream.send(operation, request, payloadHash)
  if (given.status === 200) await tell(options, operation, given, request, requestId)
  response.writeHead(given.status, {
    ...given.headers,
    ...operation.responseHeaders,
    ...corsHeaders(request, options.corsOrigins),
    "x-amz-request-id": requestId,
  })
  await pipeline(given.body, response)
}

const tell = async (
  { upstream, onStored }: FrontOptions,
  operation: S3Operation,
  given: UpstreamAnswer,
  request: IncomingMessage,
  requestId: string,
): Promise<void> => {
  const facts = { requestId, sourceIp: request.socket.remoteAddress ?? "127.0.0.1" }
  if (operation.kind === "put-object") {
    const size = Number(request.headers["content-length"])
    onStored({ ...operation.object, size, etag: unquoted(given.headers.etag), reason: "PutObject", ...facts })
  } else if (operation.kind === "complete-multipart") {
    const stored = await upstream.head(operation.path)
    if (stored) onStored({ ...operation.object, ...stored, reason: "CompleteMultipartUpload", ...facts })
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
const writeFault = async (
  upstream: Upstream,
  keysUnderWay: ReadonlySet<string>,
  { path }: S3Operation & { kind: "put-object" },
  request: IncomingMessage,
): Promise<S3Error | null> => {
  if (request.headers["content-length"] === undefined)
    return { code: "MissingContentLength", message: "You must provide the Content-Length HTTP header." }
  if (request.headers["if-none-match"] !== "*") return null
  if (keysUnderWay.has(path))
    return {
      code: "ConditionalRequestConflict",
      message: "A conflicting conditional operation is in progress.",
    }
  return (await upstream.head(path))
    ? { code: "PreconditionFailed", message: "At least one of the pre-conditions you specified did not hold" }
    : null
}

const refuse = (
  { corsOrigins }: FrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
  error: S3Error,
): void => {
  const requestId = randomUUID()
  response.writeHead(statusOf(error), {
    "content-type": "application/xml",
    "x-amz-request-id": requestId,
    connection: "close",
    ...corsHeaders(request, corsOrigins),
  })
  response.end(request.method === "HEAD" ? undefined : errorXml(error, requestId))
  // Whoever is still sending reads the answer only when their body is taken.
  request.resume()
}

const signedRequestOf = (request: IncomingMessage): SignedRequest => {
  const [path = "/", ...query] = (request.url ?? "/").split("?")
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(",") : value] as const],
  )
  return { method: request.method ?? "GET", path, query: query.join("?"), headers: new Map(headers) }
}

const unquoted = (etag: string | string[] | undefined): string => String(etag ?? "").replaceAll('"', "")

const internalError: S3Error = {
  code: "InternalError",
  message: "We encountered an internal error. Please try again.",
}
const notImplemented: S3Error = {
  code: "NotImplemented",
  message: "The local storage does not implement this.",
}
