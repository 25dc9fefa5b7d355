import { readdirSync } from "node:fs"
import { platform } from "node:os"
import { setTimeout as delay } from "node:timers/promises"
import { isSignallable, linuxProcess } from "./process-state.ts"

/** Sends a signal to every process of a group. Has no effect if the group does not exist. */
export const signalGroup = (groupId: number, signal: NodeJS.Signals): void => {
  if (isSignallable(-groupId)) process.kill(-groupId, signal)
}

// Time limit for the other processes of a group to exit after their leader.
const memberExitMs = 500

/** Waits until all processes of a group whose leader has exited have exited. Kills them after half a second. */
export const endGroup = async (groupId: number): Promise<void> => {
  if (await isEmptyWithin(groupId, memberExitMs)) return
  signalGroup(groupId, "SIGKILL")
  await isEmptyWithin(groupId, memberExitMs)
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
  // Signals also reach zombies, which process 1 of many containers reaps late or never.
  return platform() !== "linux" || linuxProcesses().some((each) => each.groupId === groupId && !each.isZombie)
}

const linuxProcesses = () =>
  readdirSync("/proc")
    .map((name) => linuxProcess(Number(name)))
    .filter((each) => each !== null)
