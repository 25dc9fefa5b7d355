import type { Client, UnfinishedUpload, Upload, UploadOptions } from "rapid-photo-upload-sdk"
import { type DisplayMode, resultText, showUpload } from "../display/upload-display.ts"
import { CommandError, exitCodes } from "../exit-codes.ts"
import { findPhotos, type PhotoFile } from "../photo-files.ts"
import { dryRun } from "./dry-run.ts"

export type UploadCommand = {
  inputs: readonly string[]
  mode: DisplayMode
  isDryRun: boolean
  options: UploadOptions
}

/**
 * Uploads photos. If an earlier run with these files was killed, it continues that upload: stored parts are not sent
 * again.
 */
export const upload = async (
  client: Client,
  { inputs, mode, isDryRun, options }: UploadCommand,
): Promise<number> => {
  if (inputs.length === 0) throw new CommandError("Name the photos: upload FILE_OR_FOLDER…")
  const { photos, skipped } = await findPhotos(inputs)
  if (mode === "bar" || mode === "plain") describeSkipped(skipped)
  if (photos.length === 0) throw new CommandError("There are no photos in what you named.")
  if (isDryRun) return dryRun(client, photos, mode)

  const unfinished = await findContinued(client, photos)
  if (unfinished && mode !== "json" && mode !== "quiet")
    process.stdout.write(`Continuing the upload of ${new Date(unfinished.createdAt).toLocaleString()}.\n`)
  return run(unfinished ? unfinished.resume(photos, options) : client.upload(photos, options), mode)
}

/** Shows an upload until it is done. An interrupt stops the process; the same command then continues. */
export const run = async (upload: Upload, mode: DisplayMode): Promise<number> => {
  showUpload(upload, mode)
  const result = await upload.done
  if (mode === "bar" || mode === "plain") process.stdout.write(`${resultText(result)}\n`)
  if (result.tagFailure && mode !== "quiet")
    process.stderr.write(`The tags were not added: ${result.tagFailure.title}. ${result.tagFailure.detail}\n`)
  if (mode === "quiet")
    for (const { filename, failure } of result.failed)
      process.stderr.write(`${filename}: ${failure?.title}\n`)
  return result.failed.length + result.cancelled.length > 0 ? exitCodes.unsafe : exitCodes.safe
}

/** The unfinished upload that shares the most missing files with these, or null. */
const findContinued = async (
  client: Client,
  photos: readonly PhotoFile[],
): Promise<UnfinishedUpload | null> => {
  const named = new Set(photos.map(({ file, path }) => identity(path ?? null, file)))
  let best: { upload: UnfinishedUpload; shared: number } | null = null
  for (const upload of await client.findUnfinished()) {
    const shared = upload.missing.filter(({ path, filename }) => named.has(identity(path, filename))).length
    if (shared > (best?.shared ?? 0)) best = { upload, shared }
  }
  return best?.upload ?? null
}

const identity = (path: string | null, file: string): string =>
  JSON.stringify([path, file.split(/[\\/]/).at(-1)])

const describeSkipped = (skipped: readonly string[]) => {
  if (skipped.length === 0) return
  const named = skipped.slice(0, 3).join(", ")
  const rest = skipped.length > 3 ? ` and ${skipped.length - 3} more` : ""
  process.stdout.write(`Not photos, not sent: ${named}${rest}\n`)
}
