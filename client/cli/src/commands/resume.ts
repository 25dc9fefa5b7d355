import type { Client, UploadOptions } from "rapid-photo-upload-sdk"
import type { DisplayMode } from "../display/upload-display.ts"
import { CommandError, exitCodes } from "../exit-codes.ts"
import { findPhotos } from "../photo-files.ts"
import { run } from "./upload.ts"

/** Continues every unfinished upload with the files of the named folders; without folders it lists the uploads. */
export const resume = async (
  client: Client,
  { inputs, mode, options }: { inputs: readonly string[]; mode: DisplayMode; options: UploadOptions },
): Promise<number> => {
  const unfinished = await client.findUnfinished()
  if (unfinished.length === 0) {
    process.stdout.write("Every upload is finished.\n")
    return exitCodes.safe
  }
  if (inputs.length === 0) {
    for (const { createdAt, missing } of unfinished)
      process.stdout.write(
        `${new Date(createdAt).toLocaleString()}: ${missing.length} files are missing, for example ${missing[0]?.filename ?? "–"}\n`,
      )
    throw new CommandError("Name the folder of the files: resume FOLDER", exitCodes.unsafe)
  }
  const { photos } = await findPhotos(inputs)
  let exitCode: number = exitCodes.safe
  for (const upload of unfinished)
    exitCode = Math.max(exitCode, await run(upload.resume(photos, options), mode))
  return exitCode
}
