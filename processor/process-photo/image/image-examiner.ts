import type { PhotoFault } from "../../../domain/failure-reason.ts"
import type { PhotoType } from "../../../domain/photo-type.ts"
import type { Result } from "../../../domain/result.ts"
import type { PhotoContent } from "./byte-source.ts"
import type { ExaminedPhoto } from "./examined-photo.ts"
import { createMemoryBudget } from "./memory-budget.ts"
import { unprocessable } from "./photo-faults.ts"
import { startThread, type Thread } from "./thread.ts"

export type ExaminationLimits = {
  /** Width times height. */
  maxPixels: number
  /** For looking into one photo; waiting for a thread or for memory does not count. */
  maxMs: number
  /** Memory that all decodes under way may take together, in bytes. */
  maxDecodedBytes: number
}

export type ImageExaminer = {
  /**
   * Looks into a file. A bad photo is a fault, never an exception.
   * @throws the signal's reason when it fires, and Error when a thread dies, which says nothing about the photo
   */
  examine: (
    content: PhotoContent,
    declaredType: PhotoType,
    signal: AbortSignal,
  ) => Promise<Result<ExaminedPhoto, PhotoFault>>
  close: () => Promise<void>
}

/**
 * Examines photos in `threads` worker threads, one photo each at a time: parsers and decoders are handed hostile
 * bytes, and a thread that takes too long over them can be ended.
 */
export const startImageExaminer = ({
  threads,
  limits,
}: {
  threads: number
  limits: ExaminationLimits
}): ImageExaminer => {
  const budget = createMemoryBudget(limits.maxDecodedBytes)
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
    return startThread()
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
      const thread = await acquire()
      try {
        const result = await thread.examine({ content, declaredType, limits }, budget, limits.maxMs, signal)
        return result === "too slow" ? tooSlow : result
      } finally {
        await release(thread)
      }
    },
    close: async () => {
      await Promise.all(idle.splice(0).map((thread) => thread.end()))
    },
  }
}

const tooSlow = unprocessable("The photo takes too long to look into; it may be made to do that.")
