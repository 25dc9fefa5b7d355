import { createHash } from "node:crypto"
import { parentPort } from "node:worker_threads"
import { FileError, fileUnreadable } from "../upload/errors.ts"
import type { UploadFailure } from "../upload/upload-types.ts"
import { type NodeBody, readBody } from "./node-body.ts"
import type { FileRange } from "./node-file-source.ts"

/** What a hash thread receives. */
export type HashJob =
  | { type: "hash"; id: number; body: FileRange | Blob; partSize: number | null }
  | { type: "abort"; id: number }

/** What a hash thread sends back. */
export type HashMessage =
  | { type: "part"; id: number; partNumber: number; sha256: string }
  | { type: "done"; id: number; sha256: string }
  | { type: "failed"; id: number; failure: UploadFailure }

const running = new Map<number, AbortController>()

parentPort?.on("message", (job: HashJob) => {
  if (job.type === "abort") return running.get(job.id)?.abort()
  const { id, body, partSize } = job
  const post = (message: HashMessage) => parentPort?.postMessage(message)
  const controller = new AbortController()
  running.set(id, controller)
  hashBody(
    body,
    partSize,
    (partNumber, sha256) => post({ type: "part", id, partNumber, sha256 }),
    controller.signal,
  )
    .then(
      (sha256) => post({ type: "done", id, sha256 }),
      (error: unknown) => post({ type: "failed", id, failure: failureOf(error) }),
    )
    .finally(() => running.delete(id))
})

const failureOf = (error: unknown): UploadFailure =>
  error instanceof FileError ? error.failure : fileUnreadable(String(error))

/** Hashes chunks in order: the whole and, with `partSize`, each part. @throws FileError when they cannot be read */
export const hashBody = async (
  body: NodeBody,
  partSize: number | null,
  onPart: (partNumber: number, sha256: string) => void,
  signal: AbortSignal,
): Promise<string> => {
  const whole = createHash("sha256")
  let part = createHash("sha256")
  let partNumber = 1
  let partBytes = 0
  const endPart = () => {
    onPart(partNumber, part.digest("hex"))
    part = createHash("sha256")
    partNumber += 1
    partBytes = 0
  }
  for await (const chunk of (await readBody(body)) as AsyncIterable<Uint8Array>) {
    if (signal.aborted) throw signal.reason
    whole.update(chunk)
    for (let offset = 0; partSize !== null && offset < chunk.length; ) {
      const piece = chunk.subarray(offset, offset + partSize - partBytes)
      part.update(piece)
      partBytes += piece.length
      offset += piece.length
      if (partBytes === partSize) endPart()
    }
  }
  if (partBytes > 0) endPart()
  return whole.digest("hex")
}
