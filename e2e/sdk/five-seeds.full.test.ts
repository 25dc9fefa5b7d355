import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createApiClient } from "../../client/sdk/src/api/index.ts"
import { randomOf } from "../chaos/random.ts"
import { largePhoto, smallPhotos } from "../photo-files.ts"
import { type RunningSystem, runSystem } from "../running-system.ts"
import { type Fault, startFaultProxies } from "./fault-proxy.ts"
import { sdkUser } from "./sdk-user.ts"

let system: RunningSystem
let paths: string[] = []
beforeAll(async () => {
  system = await runSystem()
  const folder = join(system.directory, "photos")
  await mkdir(folder)
  const add = async (name: string, bytes: Uint8Array) => {
    const path = join(folder, name)
    await writeFile(path, bytes)
    paths = [...paths, path]
  }
  // Bytes behind the end of an image are ignored: the size of a camera's photo without the time to compress one.
  const [photo] = await smallPhotos(1)
  const image = await photo?.content.bytes()
  for (let index = 0; index < 100; index += 1) {
    const bytes = new Uint8Array(2_000_000 + index * 40_000)
    bytes.set(image ?? [])
    new DataView(bytes.buffer).setUint32(bytes.length - 4, index)
    await add(`IMG_${index}.jpg`, bytes)
  }
  for (const name of ["large-1.png", "large-2.png"]) await add(name, await largePhoto())
})
afterAll(() => system?.end())

test.each([1, 2, 3, 4, 5])(
  "seed %i: 100 photos and two multipart uploads end safe when a fifth of the connections break",
  async (seed) => {
    const { next: random } = randomOf(seed)
    const nextFault = (): Fault => {
      const dice = random()
      if (dice < 0.07) return "reset"
      if (dice < 0.14) return "cut"
      if (dice < 0.2) return "lose-response"
      if (dice < 0.23) return "error"
      if (dice < 0.25) return "overload"
      return dice < 0.35 ? Math.round(random() * 500) : "none"
    }
    const proxies = await startFaultProxies(system, { api: nextFault, storage: nextFault })
    const { client, account } = await sdkUser(system.edgeUrl, { baseUrl: proxies.api.url })
    const { completed, failed } = await client.upload(paths).done
    expect(failed).toEqual([])
    expect(completed).toHaveLength(102)
    // Not through the proxy: a single call of the API client is not repeated.
    const direct = createApiClient({ baseUrl: system.edgeUrl })
    await direct.signIn(account.email, account.password)
    const { items } = await direct.listUploadJobs()
    expect(
      items.map(({ status, totalCount, completedCount }) => [status, totalCount, completedCount]),
    ).toEqual([["COMPLETED", 102, 102]])
    expect(proxies.storage.requests().filter(({ fault }) => fault !== "none").length).toBeGreaterThan(20)
    await proxies.stop()
  },
  600_000,
)
