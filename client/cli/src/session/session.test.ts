import { spawn } from "node:child_process"
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { withLock } from "./lock.ts"
import { readRefreshToken, storeRefreshToken } from "./refresh-token-store.ts"
import { readSession } from "./session-file.ts"
import { interruptedUploadCommands, rememberUploadCommand } from "./upload-commands.ts"

const account = { baseUrl: "http://127.0.0.1:8787", email: "ada@example.com" }

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "cli-session-"))
  vi.stubEnv("RAPID_PHOTO_UPLOAD_HOME", home)
  vi.stubEnv("RAPID_PHOTO_UPLOAD_KEYRING", "off")
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true, force: true })
})

/** The id of a process that has ended. */
const endedProcess = async (): Promise<number> => {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" })
  await new Promise((resolve) => child.once("close", resolve))
  return child.pid ?? 0
}

test("without a keyring the token is in a file that only its owner can read", async () => {
  await storeRefreshToken(account, "secret")
  const session = await readSession()
  expect(session).toEqual({ ...account, refreshToken: "secret" })
  expect(session && (await readRefreshToken(session))).toBe("secret")
  expect((await stat(join(home, "session.json"))).mode & 0o777).toBe(0o600)
})

test("a session file that is damaged counts as signed out", async () => {
  await writeFile(join(home, "session.json"), '{"baseUrl":')
  expect(await readSession()).toBeNull()
})

test("the lock lets one caller in at a time, and an error releases it", async () => {
  let running = 0
  let most = 0
  const work = async () => {
    running += 1
    most = Math.max(most, running)
    await stat(home)
    running -= 1
  }
  await expect(withLock(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed")
  await Promise.all(Array.from({ length: 5 }, () => withLock(work)))
  expect(most).toBe(1)
})

test("the lock of a killed process is removed at once", async () => {
  await writeFile(join(home, "session.lock"), String(await endedProcess()))
  expect(await withLock(async () => "done")).toBe("done")
  await expect(readFile(join(home, "session.lock"))).rejects.toThrow("ENOENT")
})

test("an upload command is remembered until it is finished, and is not run twice at once", async () => {
  const command = {
    workingFolder: "/photos",
    inputs: ["trip"],
    tags: ["alps"],
    allowDuplicates: false,
    pid: await endedProcess(),
  }
  await rememberUploadCommand(account, command)
  expect(await interruptedUploadCommands(account)).toEqual([command])
  expect(await interruptedUploadCommands({ ...account, email: "bob@example.com" })).toEqual([])

  // The parent of this test runs.
  const forget = await rememberUploadCommand(account, { ...command, pid: process.ppid })
  expect(await interruptedUploadCommands(account)).toEqual([])
  await expect(rememberUploadCommand(account, { ...command, pid: process.pid })).rejects.toThrow(
    "runs the same upload",
  )
  await forget()
  await rememberUploadCommand(account, { ...command, pid: process.pid })
})
