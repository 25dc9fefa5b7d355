import type { Logger } from "./log.ts"

/** One step of stopping. All are attempted, in order; a failure or a time-out of one does not spare the others. */
export type StopPhase = { name: string; run: () => Promise<void> }

/** Runs the phases within `graceMs` in all and tells whether every one of them ended well. */
export const stopGracefully = async (
  phases: readonly StopPhase[],
  graceMs: number,
  log: Logger,
): Promise<boolean> => {
  const deadline = performance.now() + graceMs
  let isClean = true
  for (const { name, run } of phases) {
    const startedAt = performance.now()
    const outcome = await within(run(), Math.max(0, deadline - startedAt)).catch((error: unknown) => ({
      error,
    }))
    const durationMs = Math.round(performance.now() - startedAt)
    if (outcome === "done") log.info({ phase: name, durationMs }, "stop phase done")
    else {
      isClean = false
      log.error({ phase: name, durationMs, outcome }, "stop phase failed")
    }
  }
  return isClean
}

const within = async (work: Promise<void>, limitMs: number): Promise<"done" | "timed out"> => {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<"timed out">((resolve) => {
    timer = setTimeout(() => resolve("timed out"), limitMs)
  })
  try {
    return await Promise.race([work.then(() => "done" as const), limit])
  } finally {
    clearTimeout(timer)
  }
}
