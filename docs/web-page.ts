import { createHash } from "node:crypto"
import { access, mkdir, readdir, readFile, rename, rm } from "node:fs/promises"
import { join, resolve } from "node:path"

const repository = resolve(import.meta.dirname, "..")

const builds = "client/web/dist"

// What the page is built from. Its packages are those of the lockfile.
const sources = ["client/web", "client/sdk/src", "package-lock.json"]

/**
 * Builds the web page with Vite unless its sources were built before. Each state of the sources has a folder of its own,
 * which appears as a whole, so that several may build and read at once.
 * @returns the folder of the built page, relative to the repository
 */
export const buildWebPage = async (): Promise<string> => {
  const name = await sourcesHash()
  const built = join(builds, name)
  if (await exists(built)) return built
  const { build } = await import("vite")
  const outDir = join(repository, `${builds}.${process.pid}`)
  await build({
    root: join(repository, "client/web"),
    logLevel: "warn",
    build: { outDir, emptyOutDir: true },
  })
  await mkdir(join(repository, builds), { recursive: true })
  await rename(outDir, join(repository, built)).catch(async (error: unknown) => {
    // Another process built the same sources first.
    await rm(outDir, { recursive: true, force: true })
    if (!(await exists(built))) throw error
  })
  for (const other of await readdir(join(repository, builds)))
    if (other !== name) await rm(join(repository, builds, other), { recursive: true, force: true })
  return built
}

const exists = (path: string): Promise<boolean> =>
  access(join(repository, path)).then(
    () => true,
    () => false,
  )

const sourcesHash = async (): Promise<string> => {
  const hash = createHash("sha256")
  for (const file of (await Promise.all(sources.map(filesIn))).flat().toSorted())
    hash.update(`${file}\0`).update(await readFile(join(repository, file)))
  return hash.digest("hex").slice(0, 16)
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
