import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from "node:http"
import { Agent as HttpsAgent, request as httpsRequest } from "node:https"
import { Transform } from "node:stream"
import { text } from "node:stream/consumers"
import { pipeline } from "node:stream/promises"
import { FileError, fileChanged } from "../upload/errors.ts"
import type { SendBody } from "../upload/ports.ts"
import { type NodeBody, readBody } from "./node-body.ts"

const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }

/**
 * PUTs a body with node:http: fetch sends a stream without content-length, which S3 rejects, and reports no progress.
 */
export const nodeSend: SendBody = async ({ url, headers, body, bytes, signal, onProgress }) => {
  const content = await readBody(body as NodeBody)
  const isSecure = url.startsWith("https:")
  const options = {
    method: "PUT",
    headers: { ...headers, "content-length": String(bytes) },
    agent: isSecure ? agents.https : agents.http,
    signal,
  }
  const request = isSecure ? httpsRequest(url, options) : httpRequest(url, options)
  let sent = 0
  const counter = new Transform({
    transform: (chunk: Uint8Array, _, done) => {
      sent += chunk.length
      onProgress(sent)
      done(null, chunk)
    },
    // A file that became shorter would leave S3 waiting for the rest.
    flush: (done) => done(sent === bytes ? null : new FileError(fileChanged)),
  })
  const response = responseOf(request)
  const sending = pipeline(content, counter, request)
  sending.catch(() => {})
  response.catch(() => {})
  try {
    // S3 can respond before it has read the body, for example with 403: its response counts, not the broken pipe.
    return await response
  } catch (error) {
    // The error of the file, if there is one, is the cause.
    await sending
    throw error
  } finally {
    if (!request.writableFinished) request.destroy()
  }
}

const responseOf = (request: ClientRequest): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    request.on("error", reject)
    request.on("response", (incoming) => {
      text(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, text: body }), reject)
    })
  })
