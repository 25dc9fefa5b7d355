import { readdirSync } from "node:fs"
import { platform } from "node:os"
import { setTimeout as delay } from "node:timers/promises"
import { isSignallable, linuxProcess } from "./process-state.ts"

/** Sends a signal to every process of a group. Does nothing if the group is gone. */
export const signalGroup = (groupId: number, signal: NodeJS.Signals): void => {
  if (isSignallable(-groupId)) process.kill(-groupId, signal)
}

// How long the children of a leader that has exited may take to exit themselves.
const stragglerMs = 500

/** Waits until a group whose leader has exited is empty. Kills what is left after half a second. */
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
  // Signals reach zombies too, and the first process of many containers reaps them late or never.
  return platform() !== "linux" || linuxProcesses().some((each) => each.groupId === groupId && !each.isZombie)
}

const linuxProcesses = () =>
  readdirSync("/proc")
    .map((name) => linuxProcess(Number(name)))
    .filter((each) => each !== null)
