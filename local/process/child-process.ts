import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { constants } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { collectOutput, type Output } from "./child-output.ts"
import type { LeashedCommand } from "./leash.ts"
import { endGroup, signalGroup } from "./process-group.ts"

export type ChildOptions = {
  /** What the child is called in errors. */
  name: string
  command: string
  args: readonly string[]
  cwd?: string | undefined
  env?: NodeJS.ProcessEnv | undefined
  /** Who it runs as; only root may choose. */
  user?: { uid: number; gid: number } | undefined
  /** The child is ready when it prints such a line (stdout or stderr), or when this URL answers 2xx. */
  ready: { line: (line: string) => boolean } | { url: string }
  /** @default 30 s */
  readyWithinMs?: number | undefined
  /** What asks it to stop. @default SIGTERM */
  stopSignal?: NodeJS.Signals | undefined
  /** Its output is appended here. */
  logFile?: string | undefined
  onLine?: ((line: string) => void) | undefined
}

/** How a child ended: its exit code (128 + the signal's number, as in shells) and the last it said. */
export type ChildExit = { code: number; lastLines: readonly string[] }

export type Child = {
  /** Id of the process group that the child and its descendants share. */
  groupId: number
  /** Resolves when no process of the group is left, whatever ended it. */
  exited: Promise<ChildExit>
  /** Asks the whole group to stop, ends what is left after `graceMs`, and resolves when nothing is. */
  stop: (graceMs?: number) => Promise<void>
  /** SIGKILL to the whole group, for chaos tests. */
  kill: () => void
}

const defaultGraceMs = 5000

/**
 * Starts a program and waits until it is ready. It never outlives us: it runs on a leash (leash.ts), in a process
 * group of its own that Ctrl-C does not reach, so that stopping stays the caller's affair.
 * @throws Error with the child's last lines when it ends before it is ready or takes too long
 */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const leash = spawnOnLeash(options)
  await once(leash, "spawn")
  const output = collectOutput(leash, options)
  const groupId = leash.pid ?? fail(`${options.name} has no process id`)
  const exited = exitOf(leash, groupId, output)
  const signal = (name: NodeJS.Signals) => {
    // Once the leader is gone its number may become another's.
    if (leash.exitCode === null && leash.signalCode === null) signalGroup(groupId, name)
  }
  const child: Child = {
    groupId,
    exited,
    kill: () => signal("SIGKILL"),
    stop: async (graceMs = defaultGraceMs) => {
      signal(options.stopSignal ?? "SIGTERM")
      if (!(await settlesWithin(exited, graceMs))) signal("SIGKILL")
      await exited
    },
  }
  await untilReady(child, output, options)
  return child
}

const spawnOnLeash = ({ command, args, user, stopSignal = "SIGTERM", cwd, env }: ChildOptions) => {
  const order: LeashedCommand = { command, args, user, stopSignal, graceMs: defaultGraceMs }
  const leash = join(import.meta.dirname, "leash.ts")
  return spawn(process.execPath, [leash, JSON.stringify(order)], { cwd, env, detached: true, stdio: "pipe" })
}

const exitOf = async (leash: ChildProcess, groupId: number, output: Output): Promise<ChildExit> => {
  const [code] = await once(leash, "exit")
  await endGroup(groupId)
  await output.ended()
  // Only SIGKILL can end a leash.
  return {
    code: typeof code === "number" ? code : 128 + constants.signals.SIGKILL,
    lastLines: output.lastLines(),
  }
}

const untilReady = async (child: Child, output: Output, options: ChildOptions): Promise<void> => {
  const { name, ready, readyWithinMs = 30_000 } = options
  const waiting = new AbortController()
  const isReady = "url" in ready ? answers(ready.url, waiting.signal) : output.hasLine(ready.line)
  const outcome = await Promise.race([
    isReady.then(() => "ready" as const),
    child.exited,
    delay(readyWithinMs, "late" as const, { signal: waiting.signal }),
  ])
  waiting.abort()
  if (outcome === "ready") return
  child.kill()
  const { code, lastLines } = await child.exited
  const what = outcome === "late" ? `was not ready within ${readyWithinMs} ms` : `ended with code ${code}`
  throw new Error([`${name} ${what}. Its last lines:`, ...lastLines].join("\n"))
}

const answers = async (url: string, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(1000)])
    const response = await fetch(url, { signal: limit }).catch(() => null)
    await response?.body?.cancel()
    if (response?.ok) return
    await delay(50)
  }
}

const settlesWithin = async (promise: Promise<unknown>, limitMs: number): Promise<boolean> => {
  const limit = new AbortController()
  const isSettled = await Promise.race([
    promise.then(() => true),
    delay(limitMs, false, { signal: limit.signal }),
  ])
  limit.abort()
  return isSettled
}

const fail = (message: string): never => {
  throw new Error(message)
}
