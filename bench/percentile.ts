/** A percentile of times in ms, with two decimals. @param fraction such as 0.95 */
export const percentile = (times: readonly number[], fraction: number): string => {
  const sorted = [...times].sort((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN).toFixed(2)
}
