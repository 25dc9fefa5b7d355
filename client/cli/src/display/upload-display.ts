import type { Upload } from "rapid-photo-upload-sdk"
import { liveArea } from "./live-area.ts"
import { countsOf, nameOf, notableText, progressLines } from "./upload-texts.ts"

/** How an upload is shown. */
export type DisplayMode = "bar" | "plain" | "json" | "quiet"

/** Shows an upload until it is done. */
export const showUpload = (upload: Upload, mode: DisplayMode): void => {
  if (mode !== "quiet") displays[mode](upload)
}

const showBar = (upload: Upload) => {
  const area = liveArea(process.stdout)
  upload.on("progress", (progress) => area.draw(progressLines(progress, upload.isPaused)))
  upload.on("file", ({ file }) => {
    const line = notableText(file)
    if (line) area.print(line)
  })
  upload.on("done", () => area.clear())
}

const showPlain = (upload: Upload) => {
  const print = (line: string) => process.stdout.write(`${line}\n`)
  upload.on("file", ({ file }) => {
    if (file.status === "completed") print(`stored     ${nameOf(file)}`)
    const line = notableText(file)
    if (line) print(line)
  })
  upload.on("stalled", ({ file }) => print(`stalled    ${nameOf(file)}: its request is repeated`))
  upload.on("paused", ({ reason }) => print(`paused     ${reason}`))
  upload.on("resumed", () => print("resumed"))
}

/** Writes every event of the SDK as a line; `progress` without its files and `done` with counts and failed files. */
const showJson = (upload: Upload) => {
  const write = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`)
  upload.on("file", write)
  upload.on("progress", ({ files: _, ...sums }) => write(sums))
  upload.on("stalled", write)
  upload.on("paused", write)
  upload.on("resumed", write)
  upload.on("done", ({ result }) =>
    write({
      type: "done",
      isSafe: result.failed.length + result.cancelled.length === 0,
      counts: countsOf(result),
      jobIds: result.jobIds,
      failed: result.failed.map(({ path, filename, failure }) => ({ path, filename, failure })),
      tagFailure: result.tagFailure,
    }),
  )
}

const displays = { bar: showBar, json: showJson, plain: showPlain } as const
