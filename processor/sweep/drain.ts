export type Drain<Item> = {
  /** Returns at most `batchSize` items that are not handled yet. */
  take: () => Promise<readonly Item[]>
  /** Returns the number of items that were handled. */
  handle: (batch: readonly Item[]) => Promise<number>
  batchSize: number
  /** No batch is started after this time, because other tasks wait. */
  maxMs: number
  signal: AbortSignal
  /** A clock in ms. */
  now?: () => number
}

/**
 * Handles batches until one is not full. Ends early when the time is used up, when the sweep stops, or when a whole
 * batch failed: then S3, SQS or the database is unavailable, and the next sweep continues.
 */
export const drain = async <Item>(work: Drain<Item>): Promise<void> => {
  const { take, handle, batchSize, maxMs, signal, now = () => performance.now() } = work
  const startedAt = now()
  while (!signal.aborted && now() - startedAt < maxMs) {
    const batch = await take()
    const handled = batch.length > 0 ? await handle(batch) : 0
    if (batch.length < batchSize || handled === 0) return
  }
}

/** Maximum number of concurrent requests of a task to S3 or SQS. */
const maxConcurrentRequests = 16

/** Runs `work` on every item, several concurrently. Returns the results of the items that did not fail. */
export const attemptEach = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  onFailure: (item: Item, error: unknown) => void,
): Promise<Result[]> => {
  const waiting = [...items]
  const results: Result[] = []
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const current = item
      await work(current).then(
        (result) => results.push(result),
        (error: unknown) => onFailure(current, error),
      )
    }
  }
  await Promise.all(Array.from({ length: maxConcurrentRequests }, worker))
  return results
}
