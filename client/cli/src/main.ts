#!/usr/bin/env node
import { runCommand } from "./command-line.ts"
import { CommandError, exitCodes } from "./exit-codes.ts"

// A reader that has enough, for example `head`, is not an error.
process.stdout.on("error", (error) => {
  process.exit("code" in error && error.code === "EPIPE" ? exitCodes.safe : exitCodes.unsafe)
})
process.on("SIGINT", () => process.exit(exitCodes.interrupted))

try {
  process.exitCode = await runCommand(process.argv.slice(2))
} catch (error) {
  process.exitCode = error instanceof CommandError ? error.exitCode : exitCodes.unsafe
  process.stderr.write(`${messageOf(error)}\n`)
}
// Connections that are kept alive would delay the end. A pipe may still have to be written.
process.stdout.write("", () => process.exit())

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // The message of fetch is only "fetch failed".
  const cause = error.cause
  if (error instanceof TypeError && cause instanceof Error)
    return `The server cannot be reached (${"code" in cause ? cause.code : cause.message}). Check --base-url and the connection.`
  return error.message
}
