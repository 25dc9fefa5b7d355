import { execFile } from "node:child_process"
import { cp, mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Child, startChild } from "../local/process/child-process.ts"
import { freePort } from "../local/process/ports.ts"
import { repository } from "../local/settings.ts"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser, uploadAll } from "./running-system.ts"

const run = promisify(execFile)

let system: RunningSystem
let image: string
let container: Child | undefined
beforeAll(async () => {
  system = await runSystem()
  image = await mkdtemp(join(tmpdir(), "rapid-photo-image-"))
})
afterAll(async () => {
  await container?.stop()
  await system?.end()
  await rm(image, { recursive: true, force: true })
})

test("the files, dependencies and command of Dockerfile.processor process photos and stop cleanly", async () => {
  const dockerfile = await readFile(join(repository, "Dockerfile.processor"), "utf8")
  const buildContext = (await readFile(join(repository, ".dockerignore"), "utf8")).split("\n")
  for (const [, sources = "", target = ""] of dockerfile.matchAll(/^COPY (.+) (\S+)$/gm))
    for (const source of sources.split(" ")) {
      // `.dockerignore` excludes everything that it does not name.
      expect(buildContext).toContain(`!${source}`)
      await cp(join(repository, source), join(image, target === "./" ? source : target), { recursive: true })
    }
  for (const [, command = ""] of dockerfile.matchAll(/^RUN (.+)$/gm))
    await run("sh", ["-c", command], { cwd: image, env: { ...process.env, NODE_ENV: "production" } })

  await system.processor().stop()
  const [, start = "[]"] = /^CMD (.+)$/m.exec(dockerfile) ?? []
  const [program = "", ...args] = JSON.parse(start) as string[]
  const port = await freePort()
  container = await startChild({
    name: "The processor's container",
    command: program === "node" ? process.execPath : program,
    args,
    cwd: image,
    env: { PATH: process.env.PATH, ...system.processorVariables, HEALTH_PORT: String(port) },
    ready: { url: `http://127.0.0.1:${port}/readyz` },
  })
  const { job } = await uploadAll(await signedInUser(system.edgeUrl), await smallPhotos(5))
  expect(job).toMatchObject({ status: "COMPLETED", completedCount: 5 })

  await container.stop(20_000)
  expect((await container.exited).code).toBe(0)
})
