export type BufferPool = {
  /** Passes shared memory of `bytes` to `use`. Do not access it after `use` has settled. */
  withBuffer: <T>(bytes: number, use: (buffer: Uint8Array<SharedArrayBuffer>) => Promise<T>) => Promise<T>
}

const roundingBytes = 1024 * 1024

/**
 * Reusable shared memory. New memory per photo counts as external memory of the JavaScript heap, and the
 * more of it is allocated, the more often V8 collects the whole heap (docs/decisions/0019-download-into-memory.md).
 * The pool keeps as many buffers as were ever in use at once, each as large as the largest request it served.
 */
export const createBufferPool = (): BufferPool => {
  const free: SharedArrayBuffer[] = []
  return {
    withBuffer: async (bytes, use) => {
      const known = free.pop()
      const memory =
        known && known.byteLength >= bytes
          ? known
          : new SharedArrayBuffer(Math.max(1, Math.ceil(bytes / roundingBytes)) * roundingBytes)
      // Not in `finally`: after a failure or a timeout the memory may still be in use.
      const result = await use(new Uint8Array(memory, 0, bytes))
      free.push(memory)
      return result
    },
  }
}
