import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

// `npm run bench` runs every benchmark, `npm run bench -- NAME…` only those named. A benchmark is a file of this folder
// with the same name. It prints a Markdown table, sets the exit code, and runs in a separate process, so that benchmarks
// do not affect each other's heap, timers and connections.
const benchmarks: Record<string, string> = {
  "round-trips": "database round trips to create a job, counted by a proxy",
  "live-latency": "latency from the commit of a change to its receipt by a client",
  progress: "latency of progress reports at a fixed rate; baseline: a route that responds from memory",
  "status-poll": "polls of a job of 100 photos with 200 and 304 responses; baseline: a bare select",
  queries: "lists and searches at a million photos; baseline: LIKE and offset",
  "create-job":
    "the statement that creates a job of 100 photos, at a million photos; baseline: a bare INSERT",
  presign: "presigning a PUT in workerd; baseline: a bare SigV4",
  processor: "CPU time per photo and peak memory of the processor; baseline: the image pipeline alone",
  "worker-bundle": "size of the deployed Worker and its limit",
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in benchmarks))
if (unknown.length > 0) {
  const list = Object.entries(benchmarks).map(([name, measures]) => `  ${name.padEnd(16)}${measures}`)
  console.error(`Unknown benchmark: ${unknown.join(", ")}. The benchmarks are:\n${list.join("\n")}`)
  process.exit(2)
}
for (const name of named.length > 0 ? named : Object.keys(benchmarks)) {
  console.log(`\n## ${name}: ${benchmarks[name]}\n`)
  const benchmark = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: "inherit" })
  const [code] = await once(benchmark, "exit")
  if (code !== 0) process.exitCode = 1
}
