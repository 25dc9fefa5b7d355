import { spawn } from "node:child_process"
import { constants } from "node:os"

/** What the leash is told to run, as JSON in its only argument. */
export type LeashedCommand = {
  command: string
  args: readonly string[]
  /** Who the command runs as; only root may choose. */
  user?: { uid: number; gid: number } | undefined
  /** What asks the command to stop when the holder of the leash is gone, and how long it may take. */
  stopSignal: NodeJS.Signals
  graceMs: number
}

holdOn(JSON.parse(process.argv[2] ?? "null"))

/**
 * Runs a command in the leash's own process group and ends the group when stdin closes. The kernel closes that
 * pipe however the holder dies, so not even a SIGKILL of the holder leaves orphans. (Linux alone has
 * PR_SET_PDEATHSIG, and Node can't set it.)
 */
function holdOn({ command, args, user, stopSignal, graceMs }: LeashedCommand): void {
  // Signals to the group are meant for the command; the leash stays to tell how it ended.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const) process.on(signal, () => {})

  let isLetGo = false
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], ...user })
  child.once("error", (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(127)
  })
  child.once("exit", (code, signal) => {
    if (isLetGo) killGroup()
    process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0))
  })

  process.stdin.resume().once("close", () => {
    isLetGo = true
    process.kill(-process.pid, stopSignal)
    setTimeout(killGroup, graceMs)
  })
}

function killGroup(): void {
  process.kill(-process.pid, "SIGKILL")
}
