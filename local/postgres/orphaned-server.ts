import { execFile } from "node:child_process"
import { readFile, rm } from "node:fs/promises"
import { platform } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { promisify } from "node:util"
import { isProcessAlive } from "../process/process-state.ts"

/** Part of the command line of the server, which identifies the process that started it. */
export const serverLabel = `local-system-of-process-${process.pid}`

/**
 * Stops a server on `dataDir` whose parent was killed. The supervisor normally stops it, but may also have been killed or
 * not have finished yet.
 * @throws Error when the process that started the server is still running
 */
export const stopOrphanedServer = async (dataDir: string): Promise<void> => {
  const pidFile = join(dataDir, "postmaster.pid")
  const pid = Number.parseInt(await readFile(pidFile, "utf8").catch(() => ""), 10)
  if (Number.isNaN(pid)) return

  const owner = ownerOf(await commandLineOf(pid), dataDir)
  if (owner === null) {
    // After a crash of the machine the id may belong to another program, and PostgreSQL would refuse to start.
    await rm(pidFile, { force: true })
    return
  }
  if (isProcessAlive(owner))
    throw new Error(
      `The database in ${dataDir} is in use by process ${owner} (npm start?). Stop that process first.`,
    )
  await end(pid)
}

/** Returns the id of the process that started a server, or null if the command line is not of a server on `dataDir`. */
export const ownerOf = (commandLine: string, dataDir: string): number | null => {
  if (!commandLine.includes(` -D ${dataDir} `)) return null
  const owner = /local-system-of-process-(\d+)/.exec(commandLine)?.[1]
  return owner === undefined ? null : Number(owner)
}

// Linux without procps has no ps; macOS has no /proc.
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
  // SIGINT is a fast shutdown, after which the next start needs no recovery.
  if (isProcessAlive(pid)) process.kill(pid, "SIGINT")
  while (isProcessAlive(pid)) {
    if (performance.now() > deadline) throw new Error(`PostgreSQL (process ${pid}) does not stop`)
    await delay(10)
  }
}
