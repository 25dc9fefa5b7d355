import { once } from "node:events"
import { createServer } from "node:http"
import { dirname, join } from "node:path"
import { build } from "esbuild"
import { repository } from "../../local/settings.ts"

export type BundledPage = { url: string; close: () => Promise<void> }

type PageOptions = { body: string; headers?: Record<string, string>; aliases?: Record<string, string> }

/**
 * Bundles a script for the browser and serves it in a page on a free port.
 * @param script path from the repository's root
 * @param options.body HTML before the script
 * @param options.headers of each response
 * @param options.aliases packages that replace others
 */
export const serveBundledPage = async (
  script: string,
  { body, headers = {}, aliases = {} }: PageOptions,
): Promise<BundledPage> => {
  const { outputFiles } = await build({
    entryPoints: {
      page: join(repository, script),
      // The SDK starts it as a worker, from the folder of its own script.
      "hash-worker": join(repository, "client/sdk/src/platform/hash-worker.ts"),
    },
    outdir: "page",
    // Aliases are resolved from here.
    absWorkingDir: join(repository, dirname(script)),
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    conditions: ["@rapid-photo-upload/source", "browser"],
    alias: aliases,
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  })
  const fileAt = (url: string) => outputFiles.find(({ path }) => path.endsWith(url))?.contents
  const html = `<!doctype html><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,">
${body}<script type="module" src="/page.js"></script>`
  const server = createServer(({ url = "" }, response) => {
    const file = url.startsWith("/?") || url === "/" ? html : fileAt(url)
    const type = url.endsWith(".js") ? "text/javascript" : url.endsWith(".css") ? "text/css" : "text/html"
    response.writeHead(file === undefined ? 404 : 200, { "content-type": type, ...headers })
    response.end(file)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port")
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
