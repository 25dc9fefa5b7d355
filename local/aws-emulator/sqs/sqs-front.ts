import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { signedRequestOf } from "../sigv4/signed-request.ts"
import { type Verifier, verifyRequest } from "../sigv4/verify-request.ts"
import type { FauxqsQueues } from "./fauxqs-queues.ts"
import { type SqsError, sqsErrorOf } from "./sqs-error.ts"

export type SqsFrontOptions = { queues: FauxqsQueues; verifier: Verifier }

/** The limit of a batch of messages is 1 MiB, plus the overhead of Base64 and JSON. */
const maxBodyBytes = 4 * 1024 * 1024

/** The SQS server: verifies signatures and forwards to fauxqs. Supports the AWS JSON protocol only. */
export const createSqsFront = (options: SqsFrontOptions): Server =>
  createServer((request, response) => {
    serve(options, request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy()
      else sendError(response, { status: 500, type: "InternalFailure", message: String(error) })
    })
  })

const serve = async (
  { queues, verifier }: SqsFrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const disconnected = new AbortController()
  response.once("close", () => disconnected.abort())
  const body = await bodyOf(request)
  if (body === null) return sendError(response, tooLarge)
  const verified = verifyRequest(signedRequestOf(request), verifier, sha256(body))
  if (!verified.ok) return sendError(response, sqsErrorOf(verified.error))

  const action = String(request.headers["x-amz-target"] ?? "").replace("AmazonSQS.", "")
  const result = await queues.send(action, body.toString(), {
    authorization: request.headers.authorization ?? "",
    origin: `http://127.0.0.1:${request.socket.localPort}`,
    disconnected: disconnected.signal,
  })
  response.writeHead(result.status, result.headers).end(result.body)
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer | null> => {
  const chunks: Buffer[] = []
  let bytes = 0
  // Read a body that is too large to its end; otherwise the sender would not receive the response.
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes <= maxBodyBytes) chunks.push(chunk)
  }
  return bytes <= maxBodyBytes ? Buffer.concat(chunks) : null
}

const sha256 = (body: Buffer): string => createHash("sha256").update(body).digest("hex")

const tooLarge: SqsError = {
  status: 413,
  type: "RequestEntityTooLarge",
  message: "The request exceeds the maximum size of a batch of messages.",
}

const sendError = (response: ServerResponse, { status, type, message }: SqsError): void => {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" })
  response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message }))
}
