/** Throughput is averaged over this time, in ms. */
const windowMs = 5000

/** A shorter measurement says nothing, in ms. */
const minMs = 500

export type SendRate = {
  /** `bytes` more were sent. */
  sent: (bytes: number) => void
  /** Forgets the past, for example after a pause. */
  reset: () => void
  /** Bytes per second over the last seconds; null before the first measurement and when nothing was sent. */
  bytesPerSecond: () => number | null
}

/** Measures how fast bytes are sent. */
export const sendRate = (now: () => number = Date.now): SendRate => {
  let samples: { at: number; bytes: number }[] = []
  let startedAt = 0
  const prune = (at: number) => {
    const first = samples.findIndex((sample) => sample.at > at - windowMs)
    samples = first < 0 ? [] : samples.slice(first)
  }
  return {
    sent: (bytes) => {
      const at = now()
      if (samples.length === 0) startedAt = at
      // One sample per tenth of a second is enough.
      const last = samples.at(-1)
      if (last && at - last.at < 100) last.bytes += bytes
      else samples.push({ at, bytes })
    },
    reset: () => {
      samples = []
    },
    bytesPerSecond: () => {
      const at = now()
      prune(at)
      const elapsedMs = at - Math.max(startedAt, at - windowMs)
      if (samples.length === 0 || elapsedMs < minMs) return null
      return (samples.reduce((sum, { bytes }) => sum + bytes, 0) / elapsedMs) * 1000
    },
  }
}
