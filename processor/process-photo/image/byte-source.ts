import { closeSync, fstatSync, openSync, readSync } from "node:fs"

/**
 * A photo for the examiner: the path of its file, or its bytes in shared memory. Small downloads stay in memory, which
 * avoids writing and reading a file. A thread shares the memory without a copy: do not write to it before `examine` has
 * settled.
 */
export type PhotoContent = string | Uint8Array<SharedArrayBuffer>

/** A byte range of a file. */
export type Span = { start: number; length: number }

/** Random access to bytes. Parsers read through it, so a file does not have to be in memory as a whole. */
export type ByteSource = {
  /** Total number of bytes. */
  size: number
  /** The byte at `position`; undefined beyond the end. */
  byteAt: (position: number) => number | undefined
  /** Up to `length` bytes from `position`; fewer, or none, at the end. They stay valid. */
  peek: (position: number, length: number) => Buffer
  /** One or more bytes from `position`, none only at the end. For scans: valid until the next call of any method. */
  view: (position: number) => Buffer
}

/**
 * Exactly `length` bytes from `position`.
 * @throws EndsEarly when there are fewer
 */
export const readExactly = (source: ByteSource, position: number, length: number): Buffer => {
  const bytes = source.peek(position, length)
  if (bytes.length < length) throw new EndsEarly(position + length, source.size)
  return bytes
}

/** A parser reached the end of the file inside a structure. Caught in probe.ts. */
export class EndsEarly extends Error {
  constructor(wantedBytes: number, sizeBytes: number) {
    super(`a parser needs ${wantedBytes} bytes; the file has ${sizeBytes}`)
    this.name = "EndsEarly"
  }
}

/** The file cannot be read. The photo may be valid: this is the only transient fault of an examination. */
export class ReadFailed extends Error {
  constructor(cause: unknown) {
    super("the file of the photo cannot be read", { cause })
    this.name = "ReadFailed"
  }
}

export const bytesIn = (buffer: Buffer): ByteSource => ({
  size: buffer.length,
  byteAt: (position) => buffer[position],
  peek: (position, length) =>
    position < 0 ? noBytes : buffer.subarray(position, position + Math.max(0, length)),
  view: (position) => buffer.subarray(position),
})

/** A part of `source` with its own positions, cut at the end of the source. */
export const partOf = (source: ByteSource, start: number, length: number): ByteSource => {
  const size = Math.max(0, Math.min(length, source.size - start))
  return {
    size,
    byteAt: (position) => (position >= 0 && position < size ? source.byteAt(start + position) : undefined),
    peek: (position, wanted) =>
      position < 0 ? noBytes : source.peek(start + position, Math.min(wanted, size - position)),
    view: (position) =>
      position < size ? source.view(start + position).subarray(0, size - position) : noBytes,
  }
}

/**
 * Passes the bytes of a photo to `use`. A file stays open during `use`; do not write to it.
 * @throws ReadFailed when a file cannot be read
 */
export const withContent = <T>(content: PhotoContent, use: (source: ByteSource) => T): T =>
  typeof content === "string" ? withFile(content, use) : use(bytesIn(bufferOf(content)))

/** A Buffer over the same memory. */
export const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const noBytes = Buffer.alloc(0)

// One buffer per file: scans read through it, and parsers that step from chunk to chunk find the chunk headers in it.
const windowBytes = 64 * 1024

const withFile = <T>(path: string, use: (source: ByteSource) => T): T => {
  const descriptor = readOrFail(() => openSync(path, "r"))
  try {
    return use(
      fileSource(
        descriptor,
        readOrFail(() => fstatSync(descriptor).size),
      ),
    )
  } finally {
    closeSync(descriptor)
  }
}

const fileSource = (descriptor: number, size: number): ByteSource => {
  const buffer = Buffer.allocUnsafeSlow(Math.min(windowBytes, size))
  let start = 0
  let window = noBytes
  const view = (position: number): Buffer => {
    if (position < 0 || position >= size) return noBytes
    window = buffer.subarray(0, readInto(descriptor, buffer, position))
    start = position
    return window
  }
  const holds = (position: number, end: number) => position >= start && end <= start + window.length
  return {
    size,
    view,
    byteAt: (position) => (holds(position, position + 1) ? window[position - start] : view(position)[0]),
    peek: (position, length) => {
      const end = Math.min(position + length, size)
      if (position < 0 || end <= position) return noBytes
      if (end - position > windowBytes) {
        const bytes = Buffer.allocUnsafeSlow(end - position)
        return bytes.subarray(0, readInto(descriptor, bytes, position))
      }
      if (!holds(position, end)) view(position)
      return Buffer.from(window.subarray(position - start, end - start))
    },
  }
}

/** Fills `target` from `position` on; returns the number of bytes read. */
const readInto = (descriptor: number, target: Buffer, position: number): number => {
  let filled = 0
  while (filled < target.length) {
    const count = readOrFail(() =>
      readSync(descriptor, target, filled, target.length - filled, position + filled),
    )
    if (count === 0) break
    filled += count
  }
  return filled
}

const readOrFail = <T>(read: () => T): T => {
  try {
    return read()
  } catch (error) {
    throw new ReadFailed(error)
  }
}
