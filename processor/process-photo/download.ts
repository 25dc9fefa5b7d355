import { createHash } from "node:crypto"
import { createWriteStream } from "node:fs"
import type { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

/** A file on disk with what was learned while it was written. */
export type Download = { path: string; bytes: number /** Lower-case hex. */; sha256: string }

/**
 * Streams an object to `path` and hashes it on the way, so that memory does not grow with the file.
 * @throws Error when the stream breaks, `signal` fires or more than `maxBytes` come
 */
export const download = async (
  stream: Readable,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Download> => {
  const hash = createHash("sha256")
  let bytes = 0
  const measure = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) throw new Error(`more than ${maxBytes} bytes came`)
      hash.update(chunk)
      yield chunk
    }
  }
  await pipeline(stream, measure, createWriteStream(path), { signal })
  return { path, bytes, sha256: hash.digest("hex") }
}
