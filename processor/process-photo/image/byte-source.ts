import { closeSync, fstatSync, openSync, readSync } from "node:fs"

/** Random access to bytes. Formats are walked by it, so no file has to be in memory as a whole. */
export type ByteSource = {
  /** Bytes there are. */
  size: number
  /** Up to `length` bytes from `position`; fewer, or none, where the bytes end. */
  peek: (position: number, length: number) => Buffer
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

/** A walker met the end of the file inside something that should go on. Caught once, in probe.ts. */
export class EndsEarly extends Error {
  constructor(wantedBytes: number, sizeBytes: number) {
    super(`wanted ${wantedBytes} bytes of ${sizeBytes}`)
    this.name = "EndsEarly"
  }
}

export const bytesIn = (buffer: Buffer): ByteSource => ({
  size: buffer.length,
  peek: (position, length) => buffer.subarray(position, position + Math.max(0, length)),
})

/** A part of `source` with positions of its own. A part that reaches beyond its source is cut. */
export const partOf = (source: ByteSource, start: number, length: number): ByteSource => {
  const size = Math.max(0, Math.min(length, source.size - start))
  return {
    size,
    peek: (position, wanted) =>
      position < 0 ? Buffer.alloc(0) : source.peek(start + position, Math.min(wanted, size - position)),
  }
}

// A walk from chunk to chunk touches few windows; a scan of all bytes costs 4 reads a megabyte.
const windowBytes = 256 * 1024

/** Hands an open file to `use` and closes it afterwards. Files are immutable while they are open. */
export const withFile = <T>(path: string, use: (source: ByteSource) => T): T => {
  const descriptor = openSync(path, "r")
  try {
    return use(windowed(descriptor, fstatSync(descriptor).size))
  } finally {
    closeSync(descriptor)
  }
}

const windowed = (descriptor: number, size: number): ByteSource => {
  let start = 0
  let window: Buffer = Buffer.alloc(0)
  return {
    size,
    peek: (position, length) => {
      const end = Math.min(position + length, size)
      if (position < 0 || end <= position) return Buffer.alloc(0)
      if (position < start || end > start + window.length) {
        // A fresh buffer each time: what was handed out before stays as it is.
        window = readFully(
          descriptor,
          position,
          Math.min(Math.max(windowBytes, end - position), size - position),
        )
        start = position
      }
      return window.subarray(position - start, end - start)
    },
  }
}

const readFully = (descriptor: number, position: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafeSlow(length)
  let filled = 0
  while (filled < length) {
    const count = readSync(descriptor, bytes, filled, length - filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}
