import { createHash } from "node:crypto"
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { CommandError } from "../exit-codes.ts"
import { isRunning } from "./lock.ts"
import { accountFolder, type Session } from "./session-file.ts"

/** An upload command that has not finished, so that `resume` can repeat it. */
export type UploadCommandRecord = {
  /** The folder in which the command was called; the inputs are relative to it. */
  workingFolder: string
  inputs: string[]
  tags: string[]
  allowDuplicates: boolean
  pid: number
}

const folderOf = (account: Account) => join(accountFolder(account), "commands")

type Account = Pick<Session, "baseUrl" | "email">

/**
 * Remembers an upload command until it is finished, also if it is killed. Returns a function that forgets it.
 * @throws CommandError if another process runs the same command: both would send the same bytes
 */
export const rememberUploadCommand = async (
  account: Account,
  record: UploadCommandRecord,
): Promise<() => Promise<void>> => {
  const folder = folderOf(account)
  const key = JSON.stringify([record.workingFolder, record.inputs])
  const file = join(folder, `${createHash("sha256").update(key).digest("hex").slice(0, 24)}.json`)
  const known = await read(file)
  if (known && known.pid !== process.pid && isRunning(known.pid))
    throw new CommandError(`Process ${known.pid} runs the same upload. Wait for its end, or stop it.`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(file, JSON.stringify(record), { mode: 0o600 })
  return () => rm(file, { force: true })
}

/** The upload commands that were killed or interrupted. */
export const interruptedUploadCommands = async (account: Account): Promise<UploadCommandRecord[]> => {
  const folder = folderOf(account)
  const names = await readdir(folder).catch(() => [])
  const records = await Promise.all(names.map((name) => read(join(folder, name))))
  return records.flatMap((record) => (record && !isRunning(record.pid) ? record : []))
}

const read = async (file: string): Promise<UploadCommandRecord | null> => {
  try {
    const record = JSON.parse(await readFile(file, "utf8")) as UploadCommandRecord
    return Array.isArray(record.inputs) && Array.isArray(record.tags) ? record : null
  } catch {
    return null
  }
}
