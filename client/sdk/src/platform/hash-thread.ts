import { createHash } from "node:crypto"
import { parentPort } from "node:worker_threads"
import { readBody } from "./node-body.ts"
import type { FileRange } from "./node-file-source.ts"

/** What a hash thread receives. */
export type HashJob = { id: number; body: FileRange | Blob; partSize: number | null }

/** What a hash thread sends back. */
export type HashMessage =
  | { type: "part"; id: number; partNumber: number; sha256: string }
  | { type: "done"; id: number; sha256: string }
  | { type: "failed"; id: number; message: string }

parentPort?.on("message", ({ id, body, partSize }: HashJob) => {
  const post = (message: HashMessage) => parentPort?.postMessage(message)
  hashStream(readBody(body), partSize, (partNumber, sha256) =>
    post({ type: "part", id, partNumber, sha256 }),
  ).then(
    (sha256) => post({ type: "done", id, sha256 }),
    (error: unknown) => post({ type: "failed", id, message: String(error) }),
  )
})

/** Hashes chunks in order: the whole and, with `partSize`, each part. */
export const hashStream = async (
  chunks: AsyncIterable<Uint8Array>,
  partSize: number | null,
  onPart: (partNumber: number, sha256: string) => void,
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
  for await (const chunk of chunks) {
    whole.update(chunk)
    for (let offset = 0; partSize !== null && offset < chunk.length; ) {
      const piece = chunk.subarray(offset, offset + partSize - partBytes)
      part.update(piece)
      partBytes += piece.length
      offset += piece.length
      if (partBytes === partSize) endPart()
    }
  }
  if (partSize !== null && partBytes > 0) endPart()
  return whole.digest("hex")
}
