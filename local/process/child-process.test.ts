import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterEach, expect, onTestFinished, test, vi } from "vitest"
import { type Child, startChild } from "./child-process.ts"
import { freePort } from "./ports.ts"
import { isGroupAlive } from "./process-group.ts"

const running: Child[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((child) => child.stop(0)))
})

test("a child is ready when it prints its ready line, and its output is written to its log", async () => {
  const directory = await mkdtemp(join(tmpdir(), "child-"))
  onTestFinished(() => rm(directory, { recursive: true }))
  const logFile = join(directory, "logs", "child.log")

  const child = await start(`console.log('{"level":30}'); console.log("listening"); ${forever}`, { logFile })
  await child.stop()

  expect(await readFile(logFile, "utf8")).toBe('{"level":30}\nlistening\n')
})

test("a child is ready when its health URL returns 2xx, not when it returns 503", async () => {
  const port = await freePort()
  const server = `let requests = 0
    require("node:http").createServer((_, response) => {
      response.statusCode = ++requests < 3 ? 503 : 200
      response.end(String(requests))
    }).listen(${port}, "127.0.0.1")`

  await start(server, { ready: { url: `http://127.0.0.1:${port}/` } })

  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("4")
})

test("a child that exits before it is ready is reported with its exit code and its last lines", async () => {
  const dying = start(`console.log("starting"); console.error("no such database"); process.exitCode = 3`)

  await expect(dying).rejects.toThrow(
    /^a test's child exited with code 3\. Its last lines:\n(starting\nno such database|no such database\nstarting)$/,
  )
})

test("a command that doesn't exist is reported by name", async () => {
  const starting = startChild({ ...defaults, command: "/no/such/program", args: [] })
  await expect(starting).rejects.toThrow("spawn /no/such/program ENOENT")
})

test("a child that is not ready in time is killed and reported", async () => {
  const late = start(`console.log("still warming up"); ${forever}`, { readyWithinMs: 3000 })
  await expect(late).rejects.toThrow(/was not ready within 3000 ms.*still warming up/s)
})

test("stop waits until a child has finished its work", async () => {
  const child = await start(`process.on("SIGTERM", () => { console.log("finished"); process.exit(0) })
    console.log("listening"); ${forever}`)
  await child.stop()
  expect(await child.exited).toEqual({ code: 0, lastLines: ["listening", "finished"] })
})

test("stop terminates the whole group, including a grandchild that ignores the signal", async () => {
  const unstoppable = `process.on("SIGTERM", () => {}); console.log("listening"); ${forever}`
  const child = await start(`require("node:child_process").spawn(process.execPath,
      ["-e", ${JSON.stringify(unstoppable)}], { stdio: "inherit" }); ${forever}`)

  await child.stop(100)

  expect(isGroupAlive(child.groupId)).toBe(false)
})

test("kill terminates a child at once, and stopping it afterwards has no effect", async () => {
  const child = await start(`process.on("SIGTERM", () => {}); console.log("listening"); ${forever}`)
  child.kill()
  expect((await child.exited).code).toBe(137)
  await child.stop()
  expect(isGroupAlive(child.groupId)).toBe(false)
})

test("children are terminated when their parent is killed by SIGKILL", async () => {
  const parent = spawn(process.execPath, ["--input-type=module", "-e", parentOfAChild], { stdio: "pipe" })
  const groupId = Number(await firstLine(parent))
  expect(isGroupAlive(groupId)).toBe(true)

  parent.kill("SIGKILL")
  await once(parent, "exit")

  await vi.waitFor(() => expect(isGroupAlive(groupId)).toBe(false), { timeout: 5000, interval: 10 })
})

const forever = "setInterval(() => {}, 1000)"

const defaults = { name: "a test's child", ready: { line: (line: string) => line === "listening" } }

const start = async (script: string, options: Partial<Parameters<typeof startChild>[0]> = {}) => {
  const child = await startChild({ ...defaults, command: process.execPath, args: ["-e", script], ...options })
  running.push(child)
  return child
}

const parentOfAChild = `
  import { startChild } from ${JSON.stringify(join(import.meta.dirname, "child-process.ts"))}
  const child = await startChild({
    name: "child",
    command: process.execPath,
    args: ["-e", ${JSON.stringify(`console.log("listening"); ${forever}`)}],
    ready: { line: (line) => line === "listening" },
  })
  console.log(child.groupId)`

const firstLine = async (of: ChildProcess): Promise<string> => {
  if (!of.stdout) throw new Error("no output to read")
  const [line] = await once(createInterface({ input: of.stdout }), "line")
  return String(line)
}
