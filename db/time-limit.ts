/** Returns the result of a query, or throws the error of `timeoutError` if there is none within `ms`. */
export const withinTime = async <T>(query: Promise<T>, ms: number, timeoutError: () => Error): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeoutError()), ms)
  })
  try {
    return await Promise.race([query, timeout])
  } finally {
    clearTimeout(timer)
  }
}
