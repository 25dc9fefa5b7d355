import { Agent as HttpAgent, request as httpRequest } from "node:http"
import { Agent as HttpsAgent, request as httpsRequest } from "node:https"
import { Transform } from "node:stream"
import { text } from "node:stream/consumers"
import { pipeline } from "node:stream/promises"
import type { SendBody } from "../upload/ports.ts"
import { type NodeBody, readBody } from "./node-body.ts"

const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }

/**
 * PUTs a body with node:http: fetch sends a stream without content-length, which S3 rejects, and reports no progress.
 */
export const nodeSend: SendBody = async ({ url, headers, body, bytes, signal, onProgress }) => {
  const isSecure = url.startsWith("https:")
  const options = {
    method: "PUT",
    headers: { ...headers, "content-length": String(bytes) },
    agent: isSecure ? agents.https : agents.http,
    signal,
  }
  const request = isSecure ? httpsRequest(url, options) : httpRequest(url, options)
  const response = new Promise<{ status: number; text: string }>((resolve, reject) => {
    request.on("error", reject)
    request.on("response", (incoming) => {
      text(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, text: body }), reject)
    })
  })
  let sent = 0
  const counter = new Transform({
    transform: (chunk: Uint8Array, _, done) => {
      sent += chunk.length
      onProgress(sent)
      done(null, chunk)
    },
  })
  // S3 can respond before it has read the body, for example with 403: its response counts, not the broken pipe.
  const sending = pipeline(readBody(body as NodeBody), counter, request)
  sending.catch(() => {})
  try {
    return await response
  } catch (error) {
    await sending
    throw error
  }
}
