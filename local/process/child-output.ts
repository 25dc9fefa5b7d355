import type { ChildProcess } from "node:child_process"
import { createWriteStream, mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { setTimeout as delay } from "node:timers/promises"

/** The output of a child process: stdout and stderr, line by line. */
export type Output = {
  lastLines: () => readonly string[]
  /** Resolves with the next line for which `matches` returns true. */
  hasLine: (matches: (line: string) => boolean) => Promise<void>
  /** Resolves when all output has been read. */
  ended: () => Promise<void>
}

const maxKeptLines = 20

// A daemon that left the process group may keep the pipes open after the child has exited.
const drainLimitMs = 500

/** Writes the output of a child to a log file, passes it to a listener and keeps the last lines for errors. */
export const collectOutput = (
  child: ChildProcess,
  to: { logFile?: string | undefined; onLine?: ((line: string) => void) | undefined },
): Output => {
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>(to.onLine ? [to.onLine] : [])
  const log = to.logFile === undefined ? null : openLog(to.logFile)
  const take = (line: string) => {
    lines.push(line)
    if (lines.length > maxKeptLines) lines.shift()
    log?.write(`${line}\n`)
    for (const listener of listeners) listener(line)
  }
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null)
  const closed = Promise.all(streams.map((stream) => forEachLine(stream, take)))
  closed.then(() => log?.end())
  return {
    lastLines: () => [...lines],
    hasLine: (matches) =>
      new Promise((resolve) => {
        listeners.add(function listener(line) {
          if (!matches(line)) return
          listeners.delete(listener)
          resolve()
        })
      }),
    ended: async () => {
      await Promise.race([closed, delay(drainLimitMs, undefined, { ref: false })])
    },
  }
}

const forEachLine = (stream: Readable, take: (line: string) => void): Promise<void> =>
  new Promise((resolve) => {
    createInterface({ input: stream }).on("line", take).once("close", resolve)
  })

const openLog = (path: string) => {
  mkdirSync(dirname(path), { recursive: true })
  return createWriteStream(path, { flags: "a" })
}
