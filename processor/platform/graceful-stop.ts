import type { Logger } from "./log.ts"

/** One step of stopping. All run in order, even if earlier ones fail or time out. */
export type StopPhase = {
  name: string
  run: () => Promise<void>
  /** The phase's share of the grace time, relative to the others. @default 1 */
  weight?: number
  /** A later phase handles the remaining work, so a timeout is not a failure. */
  mayTimeOut?: boolean
}

/**
 * Runs the phases within `graceMs` in total. Each gets at least its share of the time, plus the unused time of earlier
 * phases, so that a hanging phase does not shorten later ones.
 * @returns whether every phase succeeded
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

/** The time limit of the first remaining phase. */
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
