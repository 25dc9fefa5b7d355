import { execFile } from "node:child_process"
import { readFile, rm } from "node:fs/promises"
import { platform } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { promisify } from "node:util"
import { isProcessAlive } from "../process/process-state.ts"

/** Stands on a server's command line, so that a later start can tell whose it is. */
export const serverMark = `local-system-of-process-${process.pid}`

/**
 * Ends the server that a killed process of ours left running on `dataDir`. The leash does the same, but it may
 * have been killed too, or not have finished yet.
 * @throws Error when the process that started the server is alive
 */
export const endLeftoverServer = async (dataDir: string): Promise<void> => {
  const pidFile = join(dataDir, "postmaster.pid")
  const pid = Number.parseInt(await readFile(pidFile, "utf8").catch(() => ""), 10)
  if (Number.isNaN(pid)) return

  const owner = ownerOf(await commandLineOf(pid), dataDir)
  if (owner === null) {
    // After a crash of the machine the number may be another program's; PostgreSQL would refuse to start.
    await rm(pidFile, { force: true })
    return
  }
  if (isProcessAlive(owner))
    throw new Error(
      `The database in ${dataDir} is in use by process ${owner} (another npm start?). Stop that first.`,
    )
  await end(pid)
}

/** The process that started the server with this command line, or null when it is no server on `dataDir`. */
export const ownerOf = (commandLine: string, dataDir: string): number | null => {
  if (!commandLine.includes(` -D ${dataDir} `)) return null
  const owner = /local-system-of-process-(\d+)/.exec(commandLine)?.[1]
  return owner === undefined ? null : Number(owner)
}

// Linux without procps has no ps, macOS has no /proc.
const commandLineOf = async (pid: number): Promise<string> => {
  if (platform() === "linux") {
    const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")
    return words.replaceAll("\0", " ")
  }
  const { stdout } = await run("ps", ["-ww", "-o", "command=", "-p", String(pid)]).catch(() => ({
    stdout: "",
  }))
  return stdout
}

const run = promisify(execFile)

const end = async (pid: number): Promise<void> => {
  const deadline = performance.now() + 10_000
  // SIGINT: a fast shutdown, which leaves nothing to recover at the next start.
  if (isProcessAlive(pid)) process.kill(pid, "SIGINT")
  while (isProcessAlive(pid)) {
    if (performance.now() > deadline) throw new Error(`PostgreSQL (process ${pid}) doesn't stop`)
    await delay(10)
  }
}
