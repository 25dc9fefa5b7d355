/** Runs `stop` at the first Ctrl-C or SIGTERM and then exits. A second one exits at once. */
export const onceInterrupted = (stop: () => Promise<void>): void => {
  let isStopping = false
  const interrupt = async () => {
    if (isStopping) process.exit(130)
    isStopping = true
    await stop().catch((error: unknown) => console.error(error))
    process.exit(130)
  }
  process.on("SIGINT", interrupt)
  process.on("SIGTERM", interrupt)
}
