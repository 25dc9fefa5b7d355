import { spawn } from "node:child_process"
import { once } from "node:events"
import { setTimeout as pause } from "node:timers/promises"
import { pino } from "pino"
import { describe, expect, test } from "vitest"
import { stopGracefully } from "./graceful-stop.ts"

const silent = pino({ level: "silent" })
const hanging = () => new Promise<void>(() => undefined)

describe("stopping", () => {
  test("gives every phase its part of the time, even if earlier phases hang", async () => {
    const ran: string[] = []
    const phase = (name: string, run: () => Promise<void>, weight: number) => ({
      name,
      weight,
      run: async () => {
        ran.push(name)
        await run()
        ran.push(`${name} done`)
      },
    })
    const startedAt = performance.now()
    const isClean = await stopGracefully(
      [phase("a", hanging, 6), phase("b", hanging, 2), phase("c", () => pause(50), 2)],
      1000,
      silent,
    )
    expect(ran).toEqual(["a", "b", "c", "c done"])
    expect(isClean).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  test("passes unused time of a phase to later phases", async () => {
    const quick = { name: "quick", run: async () => undefined, weight: 9 }
    const slow = { name: "slow", run: () => pause(300), weight: 1 }
    expect(await stopGracefully([quick, slow], 1000, silent)).toBe(true)
  })

  test("runs every phase even if one fails, and then returns false", async () => {
    const ran: string[] = []
    const failing = { name: "failing", run: () => Promise.reject(new Error("no")) }
    const last = { name: "last", run: async () => void ran.push("last") }
    expect(await stopGracefully([failing, last], 1000, silent)).toBe(false)
    expect(ran).toEqual(["last"])
  })

  test("returns true when a phase with mayTimeOut times out", async () => {
    const draining = { name: "drain", run: hanging, mayTimeOut: true }
    const releasing = { name: "release", run: async () => undefined }
    expect(await stopGracefully([draining, releasing], 100, silent)).toBe(true)
  })
})

describe("the exit watchdog", () => {
  const run = (script: string) => {
    const watchdog = JSON.stringify(new URL("./exit-watchdog.ts", import.meta.url).href)
    const source = `import { startExitWatchdog } from ${watchdog}\n${script}`
    return spawn(process.execPath, ["--input-type=module", "--eval", source], { stdio: "inherit" })
  }

  test("kills a process that hangs during exit", async () => {
    // Simulates hanging native code: the only thread never returns.
    const child = run(`
      process.on("exit", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
      startExitWatchdog(500)
      process.exit(0)`)
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"])
  })

  test("does not keep the process alive or change its exit code", async () => {
    const child = run("startExitWatchdog(60_000); process.exitCode = 3")
    expect(await once(child, "exit")).toEqual([3, null])
  })
})
