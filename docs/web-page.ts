import { createHash } from "node:crypto"
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"

const repository = resolve(import.meta.dirname, "..")

/** The folder of the built web page, relative to the repository. */
export const webPageDirectory = "client/web/dist"

// What the page is built from. Its packages are those of the lockfile.
const sources = ["client/web", "client/sdk/src", "package-lock.json"]

const stamp = ".sources"

/** Builds the web page with Vite if it is missing or older than its sources. Several may run at once. */
export const buildWebPage = async (): Promise<void> => {
  const built = join(repository, webPageDirectory)
  const hash = await sourcesHash()
  if ((await stampOf(built)) === hash) return
  const { build } = await import("vite")
  const outDir = `${built}.${process.pid}`
  await build({
    root: join(repository, "client/web"),
    logLevel: "warn",
    build: { outDir, emptyOutDir: true },
  })
  await writeFile(join(outDir, stamp), hash)
  await replace(built, outDir, hash)
}

// Another process may have finished first: its build of the same sources is as good.
const replace = async (built: string, outDir: string, hash: string): Promise<void> => {
  try {
    await rm(built, { recursive: true, force: true })
    await rename(outDir, built)
  } catch (error) {
    await rm(outDir, { recursive: true, force: true })
    if ((await stampOf(built)) !== hash) throw error
  }
}

const stampOf = (directory: string): Promise<string | null> =>
  readFile(join(directory, stamp), "utf8").catch(() => null)

const sourcesHash = async (): Promise<string> => {
  const hash = createHash("sha256")
  for (const file of (await Promise.all(sources.map(filesIn))).flat().toSorted())
    hash.update(`${file}\0`).update(await readFile(join(repository, file)))
  return hash.digest("hex")
}

const filesIn = async (path: string): Promise<string[]> => {
  if (path.endsWith(".json")) return [path]
  const entries = await readdir(join(repository, path), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(repository.length + 1))
    .filter((file) => !/\/(node_modules|dist[^/]*)\/|\.test\.tsx?$/.test(file))
}

if (import.meta.main) await buildWebPage()
