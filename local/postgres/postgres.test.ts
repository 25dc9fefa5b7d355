import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import postgres from "postgres"
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest"
import { freePort } from "../process/ports.ts"
import { isProcessAlive, linuxProcess } from "../process/process-state.ts"
import { ownerOf } from "./orphaned-server.ts"
import { type LocalPostgres, startPostgres } from "./postgres.ts"

let directory: string
let running: LocalPostgres[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "postgres-"))
})

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()))
  running = []
  await rm(directory, { recursive: true })
})

test("a second start keeps the data of the first start", async () => {
  const first = await start()
  await query(first, "create table kept (it text)")
  await query(first, "insert into kept values (upper('grüezi'))")
  await first.stop()

  const second = await start()

  expect(await query(second, "select it from kept")).toEqual([{ it: "GRÜEZI" }])
  expect(await query(second, "show server_encoding")).toEqual([{ server_encoding: "UTF8" }])
  expect(await query(second, "show listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }])
})

test("a start after the parent was killed by SIGKILL keeps the data", async () => {
  const parent = startParent()
  const url = await firstLine(parent)
  await query({ url }, "create table kept (it text)")
  parent.kill("SIGKILL")
  await once(parent, "exit")

  const server = await start()

  expect(await query(server, "select it from kept")).toEqual([])
})

test.runIf(process.platform === "linux")("an orphaned server is stopped by the next start", async () => {
  const parent = startParent()
  const url = await firstLine(parent)
  await query({ url }, "create table kept (it text)")
  const orphan = await serverPid()
  const supervisor = linuxProcess(orphan)?.groupId ?? Number.NaN
  process.kill(supervisor, "SIGSTOP")
  parent.kill("SIGKILL")
  process.kill(supervisor, "SIGKILL")
  await once(parent, "exit")
  expect(isProcessAlive(orphan)).toBe(true)

  const server = await start()

  expect(isProcessAlive(orphan)).toBe(false)
  expect(await query(server, "select it from kept")).toEqual([])
})

test("a start succeeds after the first start was killed during initdb", async () => {
  const parent = startParent()
  const attempts = async () => (await readdir(directory)).filter((name) => name.includes(".new-"))
  await vi.waitFor(async () => expect(await attempts()).toHaveLength(1), { timeout: 10_000, interval: 5 })
  parent.kill("SIGKILL")
  await once(parent, "exit")

  const server = await start()

  expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }])
  expect(await attempts()).toEqual([])
})

test("a port in use is reported with its setting", async () => {
  const port = await freePort()
  const other = createServer().listen(port, "127.0.0.1")
  onTestFinished(() => void other.close())
  await once(other, "listening")

  await expect(start({ port })).rejects.toThrow(`Port ${port} is already in use`)
})

test("data that another running process uses is not changed", async () => {
  const server = await start()
  await expect(start()).rejects.toThrow(`is in use by process ${process.pid}`)
  expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }])
})

test("the command line of a server identifies its data directory and the process that started it", () => {
  const command = "/x/bin/postgres -D /data/pg -p 5 -c cluster_name=local-system-of-process-42"
  expect(ownerOf(command, "/data/pg")).toBe(42)
  expect(ownerOf(command, "/data/p")).toBe(null)
  expect(ownerOf("vim /data/pg", "/data/pg")).toBe(null)
})

test.runIf(process.getuid?.() === 0)(
  "root can start a server in a directory that is not accessible to other users",
  async () => {
    const checkout = join(directory, "root", "checkout")
    await mkdir(checkout, { recursive: true })
    await chmod(dirname(checkout), 0o700)
    const dataDir = join(checkout, "postgres")
    const server = await start({ dataDir })
    onTestFinished(async () => rm(dirname(target), { recursive: true }))
    const target = await realpath(dataDir)
    await query(server, "create table kept (it text)")
    await server.stop()

    const second = await start({ dataDir })
    expect(await query(second, "select it from kept")).toEqual([])
    await second.stop()

    await rm(dataDir)
    const reset = await start({ dataDir })
    await expect(query(reset, "select it from kept")).rejects.toThrow('relation "kept" does not exist')
    await reset.stop()
  },
)

const start = async (options: { port?: number; dataDir?: string } = {}): Promise<LocalPostgres> => {
  const server = await startPostgres({ ...optionsIn(directory), ...options })
  running.push(server)
  return server
}

const optionsIn = (folder: string) => ({ port: 0, dataDir: join(folder, "data"), database: "photos" })

const query = async ({ url }: { url: string }, text: string) => {
  const sql = postgres(url, { max: 1 })
  try {
    return [...(await sql.unsafe(text))]
  } finally {
    await sql.end()
  }
}

const serverPid = async () =>
  Number.parseInt(await readFile(join(optionsIn(directory).dataDir, "postmaster.pid"), "utf8"), 10)

const startParent = (): ChildProcess => {
  const script = `
    import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, "postgres.ts"))}
    console.log((await startPostgres(${JSON.stringify(optionsIn(directory))})).url)`
  return spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  })
}

const firstLine = async (of: ChildProcess): Promise<string> => {
  if (!of.stdout) throw new Error("no output to read")
  const [line] = await once(createInterface({ input: of.stdout }), "line")
  return String(line)
}
