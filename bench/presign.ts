import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startChild } from "../local/process/child-process.ts"
import { freePort } from "../local/process/ports.ts"
import { repository } from "../local/settings.ts"

// Presigns PUTs inside workerd with several variants, which alternate in every round, and compares the medians.

const rounds = 21
const count = 1000
const maxRatio = 2
const limited = ["object store, in a batch", "object store, single"] as const
const variants = ["bare", "aws4fetch", "object store, in a batch", "object store, single"] as const
type Variant = (typeof variants)[number]

const directory = await mkdtemp(join(tmpdir(), "presign-"))
const configFile = join(directory, "wrangler.json")
await writeFile(
  configFile,
  JSON.stringify({
    name: "presign",
    main: join(repository, "bench/presign-worker/worker.ts"),
    compatibility_date: "2026-10-01",
    minify: true,
  }),
)
const port = await freePort()
const origin = `http://127.0.0.1:${port}`
const worker = await startChild({
  name: "The benchmark's Worker",
  command: join(repository, "node_modules/.bin/wrangler"),
  args: ["dev", "--config", configFile, "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"],
  cwd: directory,
  env: { ...process.env, CI: "1", CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false" },
  ready: { url: `${origin}/bare?count=1` },
  logFile: join(directory, "worker.log"),
})
try {
  const times: Record<Variant, number[]> = {
    bare: [],
    aws4fetch: [],
    "object store, in a batch": [],
    "object store, single": [],
  }
  const signatures = new Set<string | null>()
  for (let round = -3; round < rounds; round += 1) {
    for (const variant of variants) {
      const startedAt = performance.now()
      const response = await fetch(`${origin}/${encodeURIComponent(variant)}?count=${count}`)
      const url = await response.text()
      // Rounds below zero are a warm-up.
      if (round >= 0) times[variant].push((performance.now() - startedAt) / count)
      signatures.add(new URL(url).searchParams.get("X-Amz-Signature"))
    }
  }
  if (signatures.size !== 1) throw new Error("the variants return different signatures")
  const bare = median(times.bare)
  console.log("| presign one PUT, in workerd | µs | ratio to the bare SigV4 |\n|---|---|---|")
  for (const variant of variants)
    console.log(
      `| ${variant} | ${(median(times[variant]) * 1000).toFixed(1)} | ${(median(times[variant]) / bare).toFixed(2)} |`,
    )
  if (limited.some((variant) => median(times[variant]) / bare > maxRatio)) process.exitCode = 1
} finally {
  await worker.stop()
  await rm(directory, { recursive: true })
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
