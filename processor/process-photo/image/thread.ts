import { once } from "node:events"
import { Worker } from "node:worker_threads"
import type { PhotoFault } from "../../../domain/failure-reason.ts"
import type { Result } from "../../../domain/result.ts"
import type { ExaminedPhoto } from "./examined-photo.ts"
import type { MemoryBudget } from "./memory-budget.ts"
import type { FromWorker, Order } from "./worker-protocol.ts"

/** A worker thread that looks into one photo at a time. */
export type Thread = {
  /** @throws the signal's reason when it fires, and Error when the thread dies */
  examine: (
    order: Order,
    budget: MemoryBudget,
    maxMs: number,
    signal: AbortSignal,
  ) => Promise<Result<ExaminedPhoto, PhotoFault> | "too slow">
  /** False once it was cut off or keeps memory that only its end frees. */
  isReusable: () => boolean
  end: () => Promise<void>
}

export const startThread = (): Thread => {
  const worker = new Worker(new URL("./examine-worker.ts", import.meta.url))
  let isReusable = true
  worker.on("error", () => {
    isReusable = false
  })
  const answer = async (signal: AbortSignal): Promise<FromWorker> => {
    const [message] = (await once(worker, "message", { signal })) as [FromWorker]
    return message
  }
  return {
    isReusable: () => isReusable,
    end: async () => {
      await worker.terminate()
    },
    examine: async (order, budget, maxMs, signal) => {
      // Whatever cuts an examination short leaves the thread at work on it.
      isReusable = false
      const limit = clock(maxMs)
      const cut = AbortSignal.any([signal, limit.signal])
      try {
        worker.postMessage(order)
        const first = await answer(cut)
        if (first.kind === "examined") {
          isReusable = true
          return first.result
        }
        limit.pause()
        const giveBack = await budget.take(first.decodeBytes, signal)
        limit.resume()
        try {
          worker.postMessage("go")
          const second = await answer(cut)
          if (second.kind === "needs") throw new Error("the thread asked twice")
          // WebAssembly memory grows with the largest HEIC and never shrinks.
          isReusable = !(second.result.ok && second.result.value.facts.type === "image/heic")
          return second.result
        } finally {
          if (!isReusable) await worker.terminate()
          giveBack()
        }
      } catch (error) {
        if (limit.signal.aborted && !signal.aborted) return "too slow"
        throw signal.aborted ? signal.reason : error
      } finally {
        limit.pause()
      }
    },
  }
}

/** A time limit that can be stopped while somebody else is waited for. */
const clock = (maxMs: number) => {
  const controller = new AbortController()
  let leftMs = maxMs
  let startedAt = 0
  let timer: NodeJS.Timeout | undefined
  const resume = () => {
    startedAt = performance.now()
    timer = setTimeout(() => controller.abort(), leftMs)
  }
  const pause = () => {
    clearTimeout(timer)
    leftMs -= performance.now() - startedAt
  }
  resume()
  return { signal: controller.signal, pause, resume }
}
