import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { constants } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { collectOutput, type Output } from "./child-output.ts"
import { endGroup, signalGroup } from "./process-group.ts"
import type { SupervisedCommand } from "./supervisor.ts"

export type ChildOptions = {
  /** The name of the child in errors. */
  name: string
  command: string
  args: readonly string[]
  cwd?: string | undefined
  env?: NodeJS.ProcessEnv | undefined
  /** The user that the child runs as. Only root may set it. */
  user?: { uid: number; gid: number } | undefined
  /** The child is ready when it prints a matching line (stdout or stderr), or when the URL returns 2xx. */
  ready: { line: (line: string) => boolean } | { url: string }
  /** @default 30 s */
  readyWithinMs?: number | undefined
  /** The signal that requests a stop. @default SIGTERM */
  stopSignal?: NodeJS.Signals | undefined
  /** The output of the child is appended to this file. */
  logFile?: string | undefined
  onLine?: ((line: string) => void) | undefined
}

/** The exit code of a child (128 + the number of the signal, as in shells) and its last lines of output. */
export type ChildExit = { code: number; lastLines: readonly string[] }

export type Child = {
  /** Id of the process group that the child and its descendants share. */
  groupId: number
  /** Resolves when all processes of the group have exited. */
  exited: Promise<ChildExit>
  /** Signals the whole group to stop, kills remaining processes after `graceMs`, and resolves when all have exited. */
  stop: (graceMs?: number) => Promise<void>
  /** Sends SIGKILL to the whole group, for chaos tests. */
  kill: () => void
}

const defaultGraceMs = 5000

/**
 * Starts a program and waits until it is ready. A supervisor process (supervisor.ts) stops it when this process dies. It
 * runs in a separate process group, which Ctrl-C does not reach, so the caller must stop it.
 * @throws Error with the last output lines when the child exits before it is ready or takes too long
 */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const supervisor = spawnSupervised(options)
  await once(supervisor, "spawn")
  const output = collectOutput(supervisor, options)
  const groupId = supervisor.pid ?? fail(`${options.name} has no process id`)
  const exited = exitOf(supervisor, groupId, output)
  const signal = (name: NodeJS.Signals) => {
    // Once the leader has exited, its id may be reused by another process.
    if (supervisor.exitCode === null && supervisor.signalCode === null) signalGroup(groupId, name)
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

const spawnSupervised = ({ command, args, user, stopSignal = "SIGTERM", cwd, env }: ChildOptions) => {
  const supervised: SupervisedCommand = { command, args, user, stopSignal, graceMs: defaultGraceMs }
  const supervisor = join(import.meta.dirname, "supervisor.ts")
  return spawn(process.execPath, [supervisor, JSON.stringify(supervised)], {
    cwd,
    env,
    detached: true,
    stdio: "pipe",
  })
}

const exitOf = async (supervisor: ChildProcess, groupId: number, output: Output): Promise<ChildExit> => {
  const [code] = await once(supervisor, "exit")
  await endGroup(groupId)
  await output.ended()
  // SIGKILL is the only signal that terminates a supervisor.
  return {
    code: typeof code === "number" ? code : 128 + constants.signals.SIGKILL,
    lastLines: output.lastLines(),
  }
}

const untilReady = async (child: Child, output: Output, options: ChildOptions): Promise<void> => {
  const { name, ready, readyWithinMs = 30_000 } = options
  const waiting = new AbortController()
  const isReady = "url" in ready ? urlIsReady(ready.url, waiting.signal) : output.hasLine(ready.line)
  const outcome = await Promise.race([
    isReady.then(() => "ready" as const),
    child.exited,
    delay(readyWithinMs, "late" as const, { signal: waiting.signal }),
  ])
  waiting.abort()
  if (outcome === "ready") return
  child.kill()
  const { code, lastLines } = await child.exited
  const what = outcome === "late" ? `was not ready within ${readyWithinMs} ms` : `exited with code ${code}`
  throw new Error([`${name} ${what}. Its last lines:`, ...lastLines].join("\n"))
}

const urlIsReady = async (url: string, signal: AbortSignal): Promise<void> => {
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
