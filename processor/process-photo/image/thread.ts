import { once } from "node:events"
import { Worker } from "node:worker_threads"
import type { PhotoFault } from "../../../domain/failure-reason.ts"
import type { Result } from "../../../domain/result.ts"
import type { ExaminedPhoto } from "./examined-photo.ts"
import type { MemoryBudget } from "./memory-budget.ts"
import { probeBytes } from "./probe.ts"
import type { FromWorker, Go, Order } from "./worker-protocol.ts"

export type ThreadOutcome = Result<ExaminedPhoto, PhotoFault> | "too slow" | "out of memory"

/** A worker thread that examines one photo at a time. */
export type Thread = {
  /** @throws the signal's reason when it is aborted, and Error when the thread dies or the file cannot be read */
  examine: (order: Order, budget: MemoryBudget, maxMs: number, signal: AbortSignal) => Promise<ThreadOutcome>
  /** False after an interruption, or when the thread holds memory that is freed only at its end. */
  isReusable: () => boolean
  end: () => Promise<void>
}

// The JavaScript heap only: an ordinary photo needs 10 MB, and parsers are limited to far less than this. Pixels and
// files are in other memory, which the budget limits.
const resourceLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 4 }

export const startThread = (script: URL, libheif: () => Promise<WebAssembly.Module>): Thread => {
  const worker = new Worker(script, { resourceLimits })
  let isReusable = true
  worker.on("error", () => {
    isReusable = false
  })
  const nextMessage = async (signal: AbortSignal): Promise<Exclude<FromWorker, { kind: "failed" }>> => {
    const [message] = (await once(worker, "message", { signal })) as [FromWorker]
    if (message.kind === "failed") throw message.error
    return message
  }

  const decode = async (isHeic: boolean, interruption: AbortSignal): Promise<ThreadOutcome> => {
    worker.postMessage({ libheif: isHeic ? await libheif() : null } satisfies Go)
    const message = await nextMessage(interruption)
    if (message.kind === "needs") throw new Error("the thread requested memory twice")
    return message.result
  }

  return {
    isReusable: () => isReusable,
    end: async () => {
      await worker.terminate()
    },
    examine: async (order, budget, maxMs, signal) => {
      const limit = startTimeLimit(maxMs)
      const interruption = AbortSignal.any([signal, limit.signal])
      const reserve = async (bytes: number): Promise<() => void> => {
        limit.pause()
        const releaseMemory = await budget.take(bytes, signal)
        limit.resume()
        return releaseMemory
      }
      let releaseMemory = await reserve(probeBytes)
      // After an interruption the thread is still busy with the examination.
      isReusable = false
      try {
        worker.postMessage(order)
        const first = await nextMessage(interruption)
        if (first.kind === "examined") {
          isReusable = true
          return first.result
        }
        // Released before more is reserved: photos that wait while holding memory could deadlock.
        releaseMemory()
        releaseMemory = await reserve(first.decodeBytes)
        const result = await decode(first.keepsMemory, interruption)
        isReusable = !first.keepsMemory
        return result
      } catch (error) {
        if (signal.aborted) throw signal.reason
        if (limit.signal.aborted) return "too slow"
        if (isOutOfMemory(error)) return "out of memory"
        throw error
      } finally {
        limit.pause()
        // The memory of the thread is freed only when it has ended.
        if (!isReusable) await worker.terminate()
        releaseMemory()
      }
    },
  }
}

// https://nodejs.org/docs/latest-v24.x/api/errors.html#err_worker_out_of_memory
const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY"

/** A time limit that is paused while the examination waits for memory. */
const startTimeLimit = (maxMs: number) => {
  const controller = new AbortController()
  let remainingMs = maxMs
  let startedAt = 0
  let timer: NodeJS.Timeout | undefined
  const resume = () => {
    startedAt = performance.now()
    timer = setTimeout(() => controller.abort(), Math.max(0, remainingMs))
  }
  const pause = () => {
    clearTimeout(timer)
    remainingMs -= performance.now() - startedAt
  }
  resume()
  return { signal: controller.signal, pause, resume }
}
