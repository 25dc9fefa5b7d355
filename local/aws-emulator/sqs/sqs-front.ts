import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { signedRequestOf } from "../sigv4/signed-request.ts"
import { type Verifier, verifyRequest } from "../sigv4/verify-request.ts"
import type { FauxqsQueues } from "./fauxqs-queues.ts"
import { type SqsError, sqsErrorOf } from "./sqs-error.ts"

export type SqsFrontOptions = { queues: FauxqsQueues; verifier: Verifier }

/** A batch of messages is at most 1 MiB; Base64 and JSON need some more. */
const maxBodyBytes = 4 * 1024 * 1024

/** The SQS server: verifies signatures and forwards to fauxqs. Supports the AWS JSON protocol only. */
export const createSqsFront = (options: SqsFrontOptions): Server =>
  createServer((request, response) => {
    serve(options, request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy()
      else answerError(response, { status: 500, type: "InternalFailure", message: String(error) })
    })
  })

const serve = async (
  { queues, verifier }: SqsFrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const gone = new AbortController()
  response.once("close", () => gone.abort())
  const body = await bodyOf(request)
  if (body === null) return answerError(response, tooLarge)
  const verified = verifyRequest(signedRequestOf(request), verifier, sha256(body))
  if (!verified.ok) return answerError(response, sqsErrorOf(verified.error))

  const action = String(request.headers["x-amz-target"] ?? "").replace("AmazonSQS.", "")
  const answer = await queues.ask(action, body.toString(), {
    authorization: request.headers.authorization ?? "",
    origin: `http://127.0.0.1:${request.socket.localPort}`,
    gone: gone.signal,
  })
  response.writeHead(answer.status, answer.headers).end(answer.body)
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer | null> => {
  const chunks: Buffer[] = []
  let bytes = 0
  // The rest of a body that is too large is read too, otherwise the sender would not see the answer.
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
  message: "The request is larger than a batch of messages can be.",
}

const answerError = (response: ServerResponse, { status, type, message }: SqsError): void => {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" })
  response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message }))
}
