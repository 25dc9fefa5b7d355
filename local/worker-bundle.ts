import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import { repository } from "./settings.ts"

/** Maximum size of the deployed Worker. Every cold start of an isolate loads, parses and compiles the whole Worker. */
export const maxWorkerGzipBytes = 150 * 1024

/** Builds the Worker like `wrangler deploy` and measures the upload. @throws Error when the build fails */
export const measureWorkerBundle = async (): Promise<{ bytes: number; gzipBytes: number }> => {
  const directory = await mkdtemp(join(tmpdir(), "worker-bundle-"))
  try {
    await promisify(execFile)(
      join(repository, "node_modules/.bin/wrangler"),
      ["deploy", "--dry-run", "--outdir", directory],
      { cwd: repository, env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false" } },
    )
    const script = await readFile(join(directory, "worker.js"))
    return { bytes: script.length, gzipBytes: (await promisify(gzip)(script)).length }
  } finally {
    await rm(directory, { recursive: true })
  }
}
