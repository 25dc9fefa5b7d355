/** Prints the message of an error, without its stack trace, and exits with 1. For failures that the user can correct. */
export const exitWithMessage = (error: unknown): never => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
