/** The value that `share` of the times do not exceed, in milliseconds with two decimals. */
export const percentile = (times: readonly number[], share: number): string => {
  const sorted = [...times].sort((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(2)
}
