import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { buildWebPage } from "./web-page.ts"

const repository = resolve(import.meta.dirname, "..")

/** The directory that wrangler.toml serves as static assets. It is built, never committed. */
export const publicDirectory = join(repository, "edge/public")

// Each folder or file, and where it goes. npm's package exports no path to the script that browsers load.
const sources = [
  { from: "edge/reference/static", to: "" },
  { from: "docs/openapi.json", to: "openapi.json" },
  {
    from: "node_modules/@scalar/api-reference/dist/browser/standalone.esm.js",
    to: "docs/scalar/standalone.esm.js",
  },
  { from: "node_modules/@scalar/api-reference/dist/browser/chunks", to: "docs/scalar/chunks" },
]

/**
 * Brings the directory of static assets up to date: writes what differs, removes what has no source.
 * Several processes may write the directory while a server reads it, so each file is replaced as a whole.
 */
export const buildPublicAssets = async (directory = publicDirectory): Promise<void> => {
  const all = [...sources, { from: await buildWebPage(), to: "" }]
  const files = new Map((await Promise.all(all.map(filesOf))).flat())
  for (const [name, from] of files) await replaceIfDifferent(join(directory, name), await readFile(from))
  for (const name of await namesIn(directory))
    if (!files.has(name) && !name.endsWith(temporary)) await rm(join(directory, name), { force: true })
}

// The Worker serves the HTML of the page (edge/web-page). As index.html it would be served without calling the Worker.
const moved: Record<string, string> = { "index.html": "web/page.html" }

const temporary = ".new"

const filesOf = async ({ from, to }: (typeof sources)[number]): Promise<[name: string, path: string][]> => {
  const path = join(repository, from)
  if (to.includes(".")) return [[to, path]]
  const names = await namesIn(path)
  // Source maps are three quarters of the package and for its own developers.
  return names
    .filter((name) => !name.endsWith(".map") && !basename(name).startsWith("."))
    .map((name) => [moved[name] ?? join(to, name), join(path, name)])
}

const namesIn = async (directory: string): Promise<string[]> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
}

const replaceIfDifferent = async (path: string, content: Buffer): Promise<void> => {
  const present = await readFile(path).catch(() => null)
  if (present?.equals(content)) return
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}${temporary}`
  await writeFile(unfinished, content)
  await rename(unfinished, path)
}

if (import.meta.main) await buildPublicAssets()
