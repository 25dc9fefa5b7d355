import { spawn } from "node:child_process"

/**
 * Kills this process if it is still running after `afterMs`. Native code can hang while the process exits (a decoder
 * thread that never returns) and JavaScript timers no longer run, so the watchdog is a separate process. It exits with
 * this one, which closes its standard input.
 *
 * Process 1 of a container cannot be killed from inside; ECS kills it after `stopTimeout`.
 */
export const startExitWatchdog = (afterMs: number): void => {
  const script = `
    process.stdin.resume().on("close", () => process.exit())
    setTimeout(() => process.kill(${process.pid}, "SIGKILL"), ${Math.ceil(afterMs)})`
  const watchdog = spawn(process.execPath, ["--eval", script], {
    stdio: ["pipe", "ignore", "ignore"],
    // A separate process group, so that signals to this one do not reach it.
    detached: true,
    env: {},
  })
  watchdog.on("error", () => undefined)
  watchdog.stdin.on("error", () => undefined)
  watchdog.unref()
}
