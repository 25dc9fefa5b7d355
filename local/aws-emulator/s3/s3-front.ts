import { randomBytes } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { signedRequestOf } from "../sigv4/signed-request.ts"
import type { Verifier } from "../sigv4/verify-request.ts"
import { type AccessLogEntry, accessLogEntry } from "./access-log.ts"
import { corsHeaders, preflightHeaders } from "./cors.ts"
import type { Operation } from "./operation.ts"
import { perform, type S3Response, type Sender, type Storage } from "./perform.ts"
import { overriddenHeaders, responseHeaders } from "./response-headers.ts"
import { errorXml, type S3Error, S3RequestError, statusOf } from "./s3-error.ts"
import { parseS3Request, type S3Request } from "./s3-request.ts"

export type S3FrontOptions = {
  storage: Storage
  verifier: Verifier
  corsOrigins: readonly string[]
  fault?: StorageFault | undefined
  /** Called for each request with a valid signature, before its response is sent. */
  onAnswered?: ((entry: AccessLogEntry) => void) | undefined
}

/** Returns an error for a valid request, or null. Tests use it to cause outages and conflicts. */
export type StorageFault = (request: { operation: Operation; key: string }) => S3Error["code"] | null

/**
 * The S3 server: verifies signatures and signed headers, enforces conditions of writes, handles CORS, and sends an event
 * per stored object. Streams bodies to fauxqs.
 */
export const createS3Front = (options: S3FrontOptions): Server => {
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const requestId = randomBytes(8).toString("hex").toUpperCase()
    response.setHeader("x-amz-request-id", requestId)
    serve(options, request, response, requestId).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy()
      else sendError(request, response, requestId, error)
    })
  }
  // With a separate listener, a request that waits for "100 Continue" can be rejected before its body is sent.
  return createServer(handle).on("checkContinue", handle)
}

const serve = async (
  options: S3FrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> => {
  const { verifier, corsOrigins, onAnswered } = options
  const method = request.method ?? "GET"
  if (method === "OPTIONS") {
    response.writeHead(200, preflightHeaders(request.headers, corsOrigins)).end()
    return
  }
  response.setHeaders(new Map(Object.entries(corsHeaders(request.headers, method, corsOrigins))))

  const s3Request = parseS3Request(signedRequestOf(request), verifier)
  const log = (status: number, etag?: string) =>
    onAnswered?.(accessLogEntry(s3Request, { status, etag }, verifier.now()))
  const overrides = overriddenHeaders(s3Request)
  const result = await answer(options, s3Request, senderOf(request, response, requestId)).catch(
    (error: unknown) => {
      if (error instanceof S3RequestError) log(statusOf(error.s3Error))
      throw error
    },
  )
  log(result.status, result.headers.etag)
  response.writeHead(result.status, responseHeaders(result, overrides))
  await pipeline(typeof result.body === "string" ? Readable.from([result.body]) : result.body, response)
}

/** Performs a verified request, or fails with the fault that a test requests. */
const answer = async (
  { storage, fault }: S3FrontOptions,
  s3Request: S3Request,
  sender: Sender,
): Promise<S3Response> => {
  const { operation, address, method } = s3Request
  const code = fault?.({ operation, key: "key" in address ? String(address.key) : "" })
  if (code) throw new S3RequestError(code, "A fault requested by a test.")
  const result = await perform(storage, s3Request, sender)
  await assertS3Response(result, method)
  return result
}

const senderOf = (request: IncomingMessage, response: ServerResponse, requestId: string): Sender => ({
  requestId,
  sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
  host: `127.0.0.1:${request.socket.localPort}`,
  body: () => {
    if (isWaiting(request)) response.writeContinue()
    return request
  },
})

const isWaiting = ({ headers }: IncomingMessage): boolean => headers.expect?.toLowerCase() === "100-continue"

// Errors of S3 are XML. An error in JSON comes from the web framework of fauxqs.
const assertS3Response = async ({ status, headers, body }: S3Response, method: string): Promise<void> => {
  const isFrameworkError = status >= 400 && headers["content-type"]?.startsWith("application/json")
  if (!isFrameworkError || typeof body === "string") return
  const text = Buffer.concat(await body.toArray()).toString()
  if (status < 500) throw new S3RequestError("InvalidRequest", text)
  throw new Error(`fauxqs returned ${status} for ${method}: ${text}`)
}

const sendError = (
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  error: unknown,
): void => {
  if (!(error instanceof S3RequestError)) console.error("S3:", error)
  const s3Error = error instanceof S3RequestError ? error.s3Error : internalError
  // A sender that waits for "100 Continue" may or may not send the body now, so the connection cannot be reused. Other
  // bodies are read and discarded; otherwise the sender would get a closed connection instead of the response.
  if (isWaiting(request)) response.setHeader("connection", "close")
  response.writeHead(statusOf(s3Error), { "content-type": "application/xml" })
  response.end(request.method === "HEAD" ? undefined : errorXml(s3Error, requestId))
}

const internalError = {
  code: "InternalError",
  message: "We encountered an internal error. Please try again.",
} as const
