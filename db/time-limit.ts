/** The answer to a query, or what `late` makes of it when none has come after `ms`. */
export const withinTime = async <T>(query: Promise<T>, ms: number, late: () => Error): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([query, silence])
  } finally {
    clearTimeout(timer)
  }
}
