import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readdir, rename, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { openScratch } from "./scratch.ts"

let parent: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "scratch-test-"))
})
afterEach(() => rm(parent, { recursive: true, force: true }))

/** Starts another process with a file in its scratch folder, in this PID namespace or as if in another one. */
const startOther = async (pidNamespace?: string) => {
  const source = `
    import { writeFile } from "node:fs/promises"
    import { openScratch } from ${JSON.stringify(new URL("./scratch.ts", import.meta.url).href)}
    const scratch = await openScratch(...${JSON.stringify(pidNamespace ? [parent, pidNamespace] : [parent])})
    await scratch.withFile(async (path) => {
      await writeFile(path, "half a photo")
      console.log("ready")
      await new Promise((resolve) => setTimeout(resolve, 600_000))
    })`
  const child = spawn(process.execPath, ["--input-type=module", "--eval", source], { stdio: "pipe" })
  await once(child.stdout, "data")
  return {
    pid: child.pid,
    kill: async () => {
      child.kill("SIGKILL")
      await once(child, "exit")
    },
  }
}

const onlyFolder = async (): Promise<string> => {
  const names = await readdir(parent)
  expect(names).toHaveLength(1)
  return names[0] ?? ""
}

test("the folder of a killed process is removed at the next start", async () => {
  await (await startOther()).kill()
  const abandoned = await onlyFolder()
  const scratch = await openScratch(parent)
  expect(await readdir(parent)).not.toContain(abandoned)
  await scratch.remove()
  expect(await readdir(parent)).toEqual([])
})

test("the folder of a running process is kept", async () => {
  const other = await startOther()
  const otherFolder = await onlyFolder()
  const scratch = await openScratch(parent)
  expect(await readdir(parent)).toContain(otherFolder)
  expect(await readdir(join(parent, otherFolder))).toHaveLength(1)
  await scratch.remove()
  await other.kill()
})

test("the folder of a killed process is removed even if another process now has its id", async () => {
  const other = await startOther()
  await other.kill()
  const abandoned = await onlyFolder()
  const reused = abandoned.replace(String(other.pid), String(process.ppid))
  await rename(join(parent, abandoned), join(parent, reused))
  const scratch = await openScratch(parent)
  expect(await readdir(parent)).not.toContain(reused)
  await scratch.remove()
})

test("the folder of a process in another PID namespace is kept while it may still run", async () => {
  const other = await startOther("4026539999")
  await other.kill()
  const foreign = await onlyFolder()
  const scratch = await openScratch(parent)
  expect(await readdir(parent)).toContain(foreign)
  await scratch.remove()
})

test("the folder that a killed process of a restarted container left in another PID namespace is removed when it is old", async () => {
  const other = await startOther("4026539999")
  await other.kill()
  const foreign = await onlyFolder()
  const longAgo = new Date(Date.now() - 3_600_000)
  await utimes(join(parent, foreign), longAgo, longAgo)
  const scratch = await openScratch(parent)
  expect(await readdir(parent)).not.toContain(foreign)
  await scratch.remove()
})

test("a process whose folder was removed creates it again", async () => {
  const scratch = await openScratch(parent)
  await rm(join(parent, await onlyFolder()), { recursive: true })
  await scratch.withFile((path) => writeFile(path, "photo"))
  expect(await readdir(parent)).toHaveLength(1)
  await scratch.remove()
})

test("a file is removed after use, on success and on failure", async () => {
  const scratch = await openScratch(parent)
  const write = (path: string) => writeFile(path, "photo")
  await scratch.withFile(write)
  const failing = scratch.withFile(async (path) => {
    await write(path)
    throw new Error("no")
  })
  await expect(failing).rejects.toThrow("no")
  expect(await readdir(join(parent, await onlyFolder()))).toEqual([])
  await scratch.remove()
})
