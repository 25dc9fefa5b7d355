import { spawn } from "node:child_process"

/**
 * Kills this process if it still lives after `afterMs`. Native code can hang while the process exits (a decoder thread
 * that never returns), when no timer of ours runs any more, so the watchdog is a process of its own. It ends when this
 * one does: then its standard input is closed.
 *
 * As the first process of a container this one can't be killed from inside; ECS kills it after `stopTimeout`.
 */
export const startExitWatchdog = (afterMs: number): void => {
  const script = `
    process.stdin.resume().on("close", () => process.exit())
    setTimeout(() => process.kill(${process.pid}, "SIGKILL"), ${Math.ceil(afterMs)})`
  const watchdog = spawn(process.execPath, ["--eval", script], {
    stdio: ["pipe", "ignore", "ignore"],
    // In a group of its own, which a signal to ours does not reach.
    detached: true,
    env: {},
  })
  watchdog.on("error", () => undefined)
  watchdog.stdin.on("error", () => undefined)
  watchdog.unref()
}
