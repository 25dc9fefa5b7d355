import { mkdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { filesIn } from "./demo/files-in.ts"
import { printReport } from "./demo/report.ts"
import { runDemo } from "./demo/run-demo.ts"
import { demoPhotos } from "./demo-photos/demo-photos.ts"
import { onceInterrupted } from "./process/interrupt.ts"
import { anyPorts, localDirectory, settingsOf } from "./settings.ts"
import { startSystem } from "./system.ts"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" } },
})

const directory = join(localDirectory, "demo")
await rm(directory, { recursive: true, force: true })
await mkdir(directory, { recursive: true })

const files = positionals[0]
  ? await filesIn(positionals[0])
  : await demoPhotos({ count: 100, dir: join(localDirectory, "demo-photos") })

console.log("Starting Postgres, the AWS emulator, the edge and the processor …")
const system = await startSystem(settingsOf(process.env, directory, anyPorts))
onceInterrupted(system.stop)
try {
  const outcome = await runDemo(system.edgeUrl, files, join(directory, "thumbnails"))
  if (values.json) await writeFile(values.json, `${JSON.stringify(outcome.snapshot, null, 2)}\n`)
  printReport(outcome)
  process.exitCode = outcome.isSettled ? 0 : 1
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await system.stop()
}
