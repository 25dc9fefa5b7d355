import { abortError, deferred } from "./signals.ts"
import type { PauseReason } from "./upload-types.ts"

/** Holds work back while there is a reason to pause. */
export type PauseGate = {
  readonly reasons: ReadonlySet<PauseReason>
  /** Resolves when nothing pauses the upload. */
  passed: () => Promise<void>
  /** Aborted at the next pause. */
  signal: () => AbortSignal
  close: (reason: PauseReason) => void
  open: (reason: PauseReason) => void
}

/** Creates an open gate. `onChange` is called when it closes and when it opens. */
export const pauseGate = (onChange: (reason: PauseReason | null) => void): PauseGate => {
  const reasons = new Set<PauseReason>()
  let opened = deferred<void>()
  let controller = new AbortController()
  opened.resolve()
  return {
    reasons,
    passed: () => opened.promise,
    signal: () => controller.signal,
    close: (reason) => {
      const wasOpen = reasons.size === 0
      reasons.add(reason)
      if (!wasOpen) return
      opened = deferred()
      controller.abort(abortError())
      onChange(reason)
    },
    open: (reason) => {
      if (!reasons.delete(reason) || reasons.size > 0) return
      controller = new AbortController()
      opened.resolve()
      onChange(null)
    },
  }
}
