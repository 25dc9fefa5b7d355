import { readdirSync } from "node:fs"
import { platform } from "node:os"
import { setTimeout as delay } from "node:timers/promises"
import { isSignallable, linuxProcess } from "./process-state.ts"

/** Sends a signal to every process of a group; a group that is gone is left in peace. */
export const signalGroup = (groupId: number, signal: NodeJS.Signals): void => {
  if (isSignallable(-groupId)) process.kill(-groupId, signal)
}

// What a leader's children may still need to end by themselves once it is gone.
const stragglerMs = 500

/** Waits until a group whose leader has ended is empty; what is left after half a second is killed. */
export const endGroup = async (groupId: number): Promise<void> => {
  if (await isEmptyWithin(groupId, stragglerMs)) return
  signalGroup(groupId, "SIGKILL")
  await isEmptyWithin(groupId, stragglerMs)
}

const isEmptyWithin = async (groupId: number, limitMs: number): Promise<boolean> => {
  const deadline = performance.now() + limitMs
  while (isGroupAlive(groupId)) {
    if (performance.now() > deadline) return false
    await delay(10)
  }
  return true
}

/** Whether a process of the group is running. */
export const isGroupAlive = (groupId: number): boolean => {
  if (!isSignallable(-groupId)) return false
  // A signal reaches zombies too, and the first process of many containers reaps late or never.
  return platform() !== "linux" || linuxProcesses().some((each) => each.groupId === groupId && !each.isZombie)
}

const linuxProcesses = () =>
  readdirSync("/proc")
    .map((name) => linuxProcess(Number(name)))
    .filter((each) => each !== null)
