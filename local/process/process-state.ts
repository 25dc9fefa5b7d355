import { readFileSync } from "node:fs"
import { platform } from "node:os"

/** Whether a process is running. A zombie is not. */
export const isProcessAlive = (pid: number): boolean =>
  isSignallable(pid) && (platform() !== "linux" || linuxProcess(pid)?.isZombie === false)

/** Whether a signal would reach the process, or for a negative id the group. */
export const isSignallable = (id: number): boolean => {
  try {
    return process.kill(id, 0)
  } catch {
    return false
  }
}

/** The state of a process on Linux, or null if it does not exist. */
export const linuxProcess = (pid: number): { isZombie: boolean; groupId: number } | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // "pid (name) state parent group …". The name may contain any character, including parentheses (proc_pid_stat(5)).
    const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return { isZombie: state === "Z" || state === "X", groupId: Number(group) }
  } catch {
    return null
  }
}
