import type { PhotoFault } from "../../../domain/failure-reason.ts"
import type { PhotoType } from "../../../domain/photo-type.ts"
import type { Result } from "../../../domain/result.ts"
import type { PhotoContent } from "./byte-source.ts"
import type { ExaminedPhoto } from "./examined-photo.ts"
import { createMemoryBudget } from "./memory-budget.ts"
import { unprocessable } from "./photo-faults.ts"
import { compileLibheif } from "./pixels/libheif.ts"
import { startThread, type Thread } from "./thread.ts"

export type ExaminationLimits = {
  /** Width times height. */
  maxPixels: number
  /** Time limit for examining one photo, excluding the wait for a thread or memory. */
  maxMs: number
  /** Memory limit of all examinations in progress together, in bytes. */
  maxDecodedBytes: number
}

export type ImageExaminer = {
  /**
   * Examines a photo. Invalid bytes are a fault, never an exception.
   * @throws the signal's reason when it is aborted, and Error when the file cannot be read or a thread dies. Neither
   * means that the photo is invalid.
   */
  examine: (
    content: PhotoContent,
    declaredType: PhotoType,
    signal: AbortSignal,
  ) => Promise<Result<ExaminedPhoto, PhotoFault>>
  close: () => Promise<void>
}

const examineWorker = new URL("./examine-worker.ts", import.meta.url)

// The first thread may have run out of memory because of earlier photos, so try again in a new one.
const maxThreadsPerPhoto = 2

/**
 * Examines photos in `threads` worker threads, one photo per thread at a time. Parsers and decoders read untrusted
 * bytes, and a thread that takes too long can be terminated.
 */
export const startImageExaminer = ({
  threads,
  limits,
  script = examineWorker,
}: {
  threads: number
  limits: ExaminationLimits
  /** The module that a thread runs; replaced only in tests. */
  script?: URL
}): ImageExaminer => {
  const budget = createMemoryBudget(limits.maxDecodedBytes)
  let compiled: Promise<WebAssembly.Module> | undefined
  const libheif = () => {
    compiled ??= compileLibheif()
    return compiled
  }
  const idle: Thread[] = []
  const waiting: ((thread: Thread) => void)[] = []
  let running = 0

  const acquire = async (): Promise<Thread> => {
    const known = idle.pop()
    if (known?.isReusable()) return known
    if (known) await replace(known)
    return running < threads ? launch() : new Promise((resolve) => waiting.push(resolve))
  }
  const launch = (): Thread => {
    running += 1
    return startThread(script, libheif)
  }
  const release = async (thread: Thread): Promise<void> => {
    const next = thread.isReusable() ? thread : await replace(thread)
    const waiter = waiting.shift()
    if (waiter) waiter(next ?? launch())
    else if (next) idle.push(next)
  }
  const replace = async (thread: Thread): Promise<undefined> => {
    await thread.end()
    running -= 1
  }

  return {
    examine: async (content, declaredType, signal) => {
      for (let tries = 1; ; tries += 1) {
        const thread = await acquire()
        try {
          // A photo does not fail because of its annotations: the second thread does not read them.
          const order = { content, declaredType, limits, withAnnotations: tries === 1 }
          const result = await thread.examine(order, budget, limits.maxMs, signal)
          if (result === "too slow") return tooSlow
          if (result !== "out of memory") return result
          if (tries === maxThreadsPerPhoto) return tooMuchMemory
        } finally {
          await release(thread)
        }
      }
    },
    close: async () => {
      await Promise.all(idle.splice(0).map((thread) => thread.end()))
    },
  }
}

const tooSlow = unprocessable("The photo takes too long to decode. The file may be malicious.")
const tooMuchMemory = unprocessable("The photo needs too much memory to decode. The file may be malicious.")
