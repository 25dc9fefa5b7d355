import { createHash, type Hash } from "node:crypto"
import { createWriteStream } from "node:fs"
import { addAbortSignal } from "node:stream"
import { finished, pipeline } from "node:stream/promises"
import type { ObjectBody } from "../platform/object-store.ts"

/** Photos up to this size, which are nearly all, are kept in memory. Larger ones are written to a file. */
export const maxBufferedBytes = 16 * 1024 * 1024

export type Hashed<Content> = { content: Content /** Lower-case hex. */; sha256: string }

/**
 * Downloads an object into `target`, which has the size of the object, and hashes it.
 * @throws Error when the stream fails, `signal` is aborted, or the size differs from the size in the response headers
 */
export const downloadToMemory = async (
  { stream, bytes }: ObjectBody,
  target: Uint8Array<SharedArrayBuffer>,
  signal: AbortSignal,
): Promise<Hashed<Uint8Array<SharedArrayBuffer>>> => {
  const hash = createHash("sha256")
  let received = 0
  let previous: Buffer<ArrayBuffer> | undefined
  // Not `for await`: an iterator costs several promises per chunk.
  addAbortSignal(signal, stream).on("data", (chunk: Buffer<ArrayBuffer>) => {
    // The HTTP parser still reads the memory of this chunk, but no longer that of the previous one.
    if (previous) freeChunk(previous)
    previous = chunk
    received += chunk.length
    if (received > bytes) stream.destroy(new Error(`more than ${bytes} bytes were received`))
    else {
      target.set(chunk, received - chunk.length)
      hash.update(chunk)
    }
  })
  await finished(stream)
  return { content: target, sha256: digestOf(hash, received, bytes) }
}

/**
 * Frees the memory of a chunk at once, instead of leaving it to the garbage collector. A socket reads into fresh memory,
 * so a chunk that fills its memory is the only one in it.
 */
const freeChunk = ({ buffer, length }: Buffer<ArrayBuffer>): void => {
  if (length === buffer.byteLength) buffer.transfer(0)
}

/** Like `downloadToMemory`, but into a file at `path`. */
export const downloadToFile = async (
  { stream, bytes }: ObjectBody,
  path: string,
  signal: AbortSignal,
): Promise<Hashed<string>> => {
  const hash = createHash("sha256")
  let received = 0
  const measure = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      received += chunk.length
      assertFits(received, bytes)
      hash.update(chunk)
      yield chunk
    }
  }
  await pipeline(stream, measure, createWriteStream(path), { signal })
  return { content: path, sha256: digestOf(hash, received, bytes) }
}

const assertFits = (received: number, bytes: number): void => {
  if (received > bytes) throw new Error(`more than ${bytes} bytes were received`)
}

const digestOf = (hash: Hash, received: number, bytes: number): string => {
  if (received < bytes) throw new Error(`${received} of ${bytes} bytes were received`)
  return hash.digest("hex")
}
