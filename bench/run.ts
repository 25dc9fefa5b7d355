import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

// `npm run bench` runs every part, `npm run bench -- NAME…` only those named. A part is a file of this folder with the
// same name. It prints a Markdown table, sets the exit code, and runs in a separate process, so that parts do not
// affect each other's heap, timers and connections.
const parts: Record<string, string> = {
  "round-trips": "round trips to the database to create a job, counted on the wire",
  "live-latency": "from a commit to the client that receives the change",
  progress: "progress reports at a fixed rate, against a route that answers from memory",
  "status-poll": "a poll of a job of 100 photos, answered 200 and 304, against a bare select",
  queries: "lists and searches at a million photos, against LIKE and offset",
  "create-job": "the statement that creates a job of 100 photos, at a million photos",
  presign: "a presigned PUT in workerd, against a bare SigV4",
  processor: "CPU of the whole processor for a photo against the image pipeline alone, and its peak memory",
  "worker-bundle": "size of the Worker that is deployed, against its limit",
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in parts))
if (unknown.length > 0) {
  const list = Object.entries(parts).map(([name, measures]) => `  ${name.padEnd(16)}${measures}`)
  console.error(`Unknown part: ${unknown.join(", ")}. The parts are:\n${list.join("\n")}`)
  process.exit(2)
}
for (const name of named.length > 0 ? named : Object.keys(parts)) {
  console.log(`\n## ${name}: ${parts[name]}\n`)
  const part = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: "inherit" })
  const [code] = await once(part, "exit")
  if (code !== 0) process.exitCode = 1
}
