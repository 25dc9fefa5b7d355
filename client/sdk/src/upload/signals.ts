/** Waits, or rejects with the signal's reason. Written for React Native, which lacks AbortSignal.timeout and .any. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort)
      resolve()
    }, ms)
    signal?.addEventListener("abort", abort, { once: true })
  })

/** A controller that is aborted with the first of the signals. Call `release` when the work is done. */
export const linkedController = (
  ...signals: readonly (AbortSignal | undefined)[]
): { controller: AbortController; release: () => void } => {
  const controller = new AbortController()
  const releases: (() => void)[] = []
  for (const signal of signals) {
    if (!signal) continue
    const abort = () => controller.abort(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener("abort", abort)
    releases.push(() => signal.removeEventListener("abort", abort))
  }
  return {
    controller,
    release: () => {
      for (const release of releases) release()
    },
  }
}

/** The error of requests that a pause, a cancellation or a duplicate aborted. */
export const abortError = (): Error => Object.assign(new Error("aborted"), { name: "AbortError" })

/** A promise with its resolvers; Node.js 20 has no Promise.withResolvers. */
export const deferred = <T>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (error: unknown) => void
} => {
  let resolve: (value: T) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
