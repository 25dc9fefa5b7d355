import { spawn } from "node:child_process"
import { constants } from "node:os"

/** The command to run, passed as JSON in the only argument. */
export type SupervisedCommand = {
  command: string
  args: readonly string[]
  /** The user that the command runs as. Only root may set it. */
  user?: { uid: number; gid: number } | undefined
  /** The signal that stops the command when the parent has died, and the time limit for it. */
  stopSignal: NodeJS.Signals
  graceMs: number
}

supervise(JSON.parse(process.argv[2] ?? "null"))

/**
 * Runs a command in the process group of the supervisor and stops the group when stdin closes. The kernel closes that
 * pipe when the parent dies, even by SIGKILL, so no orphans remain. (PR_SET_PDEATHSIG exists on Linux only, and Node
 * cannot set it.)
 */
function supervise({ command, args, user, stopSignal, graceMs }: SupervisedCommand): void {
  // Ignores signals to the group, which are meant for the command, in order to report its exit code.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const) process.on(signal, () => {})

  let isParentGone = false
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], ...user })
  child.once("error", (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(127)
  })
  child.once("exit", (code, signal) => {
    if (isParentGone) killGroup()
    process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0))
  })

  process.stdin.resume().once("close", () => {
    isParentGone = true
    process.kill(-process.pid, stopSignal)
    setTimeout(killGroup, graceMs)
  })
}

function killGroup(): void {
  process.kill(-process.pid, "SIGKILL")
}
