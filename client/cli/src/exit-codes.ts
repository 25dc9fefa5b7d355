/** The exit codes of every command. */
export const exitCodes = {
  /** Every file is safe. */
  safe: 0,
  /** A file failed, or is not stored, or the server cannot be reached. */
  unsafe: 1,
  /** The command was called wrongly, or nobody is signed in. */
  usage: 2,
  /** Ctrl-C: 128 plus the number of SIGINT, as in shells. */
  interrupted: 130,
} as const

/** A message for the user that ends the command. */
export class CommandError extends Error {
  override name = "CommandError"
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.usage) {
    super(message)
    this.exitCode = exitCode
  }
}
