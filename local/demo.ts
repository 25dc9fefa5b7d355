import { mkdir, rm, writeFile } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import type { DiskFile } from "../client/sdk/src/node.ts"
import { type DemoOptions, demoOptionsOf, usage } from "./demo/demo-options.ts"
import { filesIn } from "./demo/files-in.ts"
import { printReport } from "./demo/report.ts"
import { runDemo } from "./demo/run-demo.ts"
import { demoPhotos } from "./demo-photos/demo-photos.ts"
import { exitWithMessage } from "./process/exit-with-message.ts"
import { onceInterrupted } from "./process/interrupt.ts"
import { anyPorts, localDirectory, settingsOf } from "./settings.ts"
import { startSystem } from "./system.ts"

const parsed = demoOptionsOf(process.argv.slice(2))
if (parsed === "help") console.log(usage)
else if ("error" in parsed) {
  console.error(`${parsed.error}\n\n${usage}`)
  process.exitCode = 2
} else await runOnOwnSystem(parsed.options)

async function runOnOwnSystem({ folder, photos, json }: DemoOptions): Promise<void> {
  const ownFiles = folder === null ? null : await filesIn(folder).catch(exitWithMessage)
  const directory = join(localDirectory, "demo")
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const files =
    ownFiles ??
    (await demoPhotos({
      count: photos,
      dir: join(localDirectory, "demo-photos"),
      onGenerate: () => console.log(`Generating ${photos} photos; later runs use them again …`),
    }))

  console.log("Starting Postgres, the AWS emulator, the edge and the processor …")
  const system = await startSystem(settingsOf(process.env, directory, anyPorts)).catch(exitWithMessage)
  onceInterrupted(system.stop)
  try {
    const outcome = await runDemo(system.edgeUrl, diskFilesOf(files, folder), join(directory, "thumbnails"))
    if (json !== null) await writeFile(json, `${JSON.stringify(outcome.snapshot, null, 2)}\n`)
    printReport(outcome)
    process.exitCode = outcome.isSettled ? 0 : 1
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  } finally {
    await system.stop()
  }
}

/** Files with their folder relative to the uploaded one, which the server keeps as the photo's path. */
function diskFilesOf(files: readonly string[], folder: string | null): DiskFile[] {
  return files.map((file) => {
    const path = folder === null ? "." : dirname(relative(folder, file))
    return path === "." ? { file } : { file, path }
  })
}
