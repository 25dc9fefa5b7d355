#!/usr/bin/env node
import { runCommand } from "./command-line.ts"
import { CommandError, exitCodes } from "./exit-codes.ts"

try {
  process.exitCode = await runCommand(process.argv.slice(2))
} catch (error) {
  process.exitCode = error instanceof CommandError ? error.exitCode : exitCodes.unsafe
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
}
// Connections that are kept alive would delay the end.
process.exit()
