import type { Logger } from "./log.ts"

/** One step of stopping. All are attempted, in order: a failure or time-out of one does not skip the others. */
export type StopPhase = {
  name: string
  run: () => Promise<void>
  /** The phase's part of the grace time, relative to the others. @default 1 */
  weight?: number
  /** A later phase deals with what this one leaves: its time-out is not a failure. */
  mayTimeOut?: boolean
}

/**
 * Runs the phases within `graceMs` in all. Each has at least its own share of the time, and the time that earlier phases
 * did not use, so that a phase that hangs takes nothing from those behind it.
 * @returns whether every phase ended well
 */
export const stopGracefully = async (
  phases: readonly StopPhase[],
  graceMs: number,
  log: Logger,
): Promise<boolean> => {
  const deadline = performance.now() + graceMs
  let isClean = true
  for (const [index, phase] of phases.entries()) {
    const startedAt = performance.now()
    const limitMs = shareOf(phases.slice(index), deadline - startedAt)
    const outcome = await within(phase.run, limitMs).catch((error: unknown) => ({ error }))
    const facts = { phase: phase.name, durationMs: Math.round(performance.now() - startedAt) }
    if (outcome === "done") log.info(facts, "stop phase done")
    else if (outcome === "timed out" && phase.mayTimeOut) log.warn(facts, "stop phase timed out")
    else {
      isClean = false
      log.error({ ...facts, outcome }, "stop phase failed")
    }
  }
  return isClean
}

const weightOf = ({ weight = 1 }: StopPhase): number => weight

/** What the first of the phases that are left may take of the time that is left. */
const shareOf = (phases: readonly StopPhase[], leftMs: number): number => {
  const [first] = phases
  const total = phases.reduce((sum, phase) => sum + weightOf(phase), 0)
  return first ? (Math.max(0, leftMs) * weightOf(first)) / total : 0
}

const within = async (run: () => Promise<void>, limitMs: number): Promise<"done" | "timed out"> => {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<"timed out">((resolve) => {
    timer = setTimeout(() => resolve("timed out"), limitMs)
  })
  try {
    return await Promise.race([run().then(() => "done" as const), limit])
  } finally {
    clearTimeout(timer)
  }
}
