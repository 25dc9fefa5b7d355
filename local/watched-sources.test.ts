import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { repository } from "./settings.ts"

/** The paths that wrangler watches to rebuild and reload the Worker during `npm start`. */
const watchedPaths = async (): Promise<string[]> => {
  const text = await readFile(join(repository, "wrangler.toml"), "utf8")
  const [, list = ""] = /^watch_dir = \[(.*?)\]/ms.exec(text) ?? []
  return [...list.matchAll(/"([^"]+)"/g)].map(([, path = ""]) => path)
}

/** Not part of the Worker: the build's output and test support. */
const unwatched = ["public", "testing"]

test("npm start reloads the Worker when any source of the edge changes", async () => {
  const entries = await readdir(join(repository, "edge"), { withFileTypes: true })
  const sources = entries
    .filter((entry) => entry.isDirectory() || /\.ts$/.test(entry.name))
    .filter(({ name }) => !unwatched.includes(name) && !/\.(test|d)\.ts$/.test(name))
    .map(({ name }) => `edge/${name}`)
  expect(await watchedPaths()).toEqual(expect.arrayContaining([...sources, "domain", "aws", "db", "docs"]))
})

test("npm start does not watch the build's output, which would reload the Worker without end", async () => {
  const output = "edge/public"
  expect((await watchedPaths()).filter((path) => `${output}/`.startsWith(`${path}/`))).toEqual([])
})
