export type MemoryBudget = {
  /** Waits in order of arrival until `bytes` are free, and reserves them. The result releases them; call it once. */
  take: (bytes: number, signal: AbortSignal) => Promise<() => void>
}

/** Limits the total memory of all decodes: large photos wait for each other instead of being decoded at the same time. */
export const createMemoryBudget = (totalBytes: number): MemoryBudget => {
  let freeBytes = totalBytes
  const waiting: { bytes: number; grant: () => void }[] = []
  const serve = () => {
    for (let next = waiting[0]; next && next.bytes <= freeBytes; next = waiting[0]) {
      waiting.shift()
      freeBytes -= next.bytes
      next.grant()
    }
  }
  return {
    take: (wanted, signal) =>
      new Promise((resolve, reject) => {
        const bytes = Math.min(wanted, totalBytes)
        const entry = { bytes, grant: () => granted() }
        const giveUp = () => {
          const place = waiting.indexOf(entry)
          if (place >= 0) waiting.splice(place, 1)
          serve()
          reject(signal.reason)
        }
        const granted = () => {
          signal.removeEventListener("abort", giveUp)
          let isReturned = false
          resolve(() => {
            if (isReturned) return
            isReturned = true
            freeBytes += bytes
            serve()
          })
        }
        if (signal.aborted) return reject(signal.reason)
        signal.addEventListener("abort", giveUp, { once: true })
        waiting.push(entry)
        serve()
      }),
  }
}
