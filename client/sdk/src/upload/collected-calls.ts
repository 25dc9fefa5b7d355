import { deferred } from "./signals.ts"

/**
 * Collects items for `delayMs` and passes them to one call, at most `maxItems` at once. Calls run one after another;
 * while one runs, items collect for the next. Returns a function whose promise has the result of the item's call.
 */
export const collectedCalls = <Item, Result>(
  { delayMs, maxItems }: { delayMs: number; maxItems: number },
  call: (items: Item[]) => Promise<Result>,
): ((item: Item) => Promise<Result>) => {
  type Waiting = { item: Item; result: ReturnType<typeof deferred<Result>> }
  const waiting: Waiting[] = []
  let isScheduled = false

  const run = async () => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxItems)
      try {
        const result = await call(batch.map(({ item }) => item))
        for (const { result: promise } of batch) promise.resolve(result)
      } catch (error) {
        for (const { result: promise } of batch) promise.reject(error)
      }
    }
    isScheduled = false
  }
  return (item) => {
    const result = deferred<Result>()
    waiting.push({ item, result })
    if (!isScheduled) {
      isScheduled = true
      setTimeout(run, delayMs)
    }
    return result.promise
  }
}
