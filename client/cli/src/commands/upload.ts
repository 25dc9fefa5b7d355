import type { Client, UnfinishedUpload, Upload, UploadOptions } from "rapid-photo-upload-sdk"
import { type DisplayMode, showUpload } from "../display/upload-display.ts"
import { nameOf, resultText } from "../display/upload-texts.ts"
import { CommandError, exitCodes } from "../exit-codes.ts"
import { findPhotos, type PhotoFile } from "../photo-files.ts"
import type { SignedIn } from "../session/signed-in-client.ts"
import { rememberUploadCommand } from "../session/upload-commands.ts"
import { dryRun } from "./dry-run.ts"

/** The options of an upload that the command line offers. */
export type CommandUploadOptions = UploadOptions & { tags: readonly string[]; allowDuplicates: boolean }

export type UploadCommand = {
  inputs: readonly string[]
  mode: DisplayMode
  isDryRun: boolean
  options: CommandUploadOptions
}

/**
 * Uploads photos. If an earlier run with these files was killed, it continues that upload: stored parts are not sent
 * again.
 */
export const upload = async (
  { client, session }: SignedIn,
  { inputs, mode, isDryRun, options }: UploadCommand,
): Promise<number> => {
  if (inputs.length === 0) throw new CommandError("Name the photos: upload FILE_OR_FOLDER…")
  const { photos, skipped } = await findPhotos(inputs)
  const hasText = mode === "bar" || mode === "plain"
  if (hasText) describeSkipped(skipped)
  if (photos.length === 0) throw new CommandError("There are no photos in what you named.")
  if (isDryRun) return dryRun(client, photos, mode)

  const forget = await rememberUploadCommand(session, {
    workingFolder: process.cwd(),
    inputs: [...inputs],
    tags: [...options.tags],
    allowDuplicates: options.allowDuplicates,
    pid: process.pid,
  })
  // Fails at once if the server cannot be reached; the upload itself would repeat its requests for half a minute.
  await client.api.getAccount()
  const unfinished = await findContinued(client, photos)
  if (unfinished && hasText)
    process.stdout.write(`Continuing the upload of ${new Date(unfinished.createdAt).toLocaleString()}.\n`)
  process.prependListener("SIGINT", () => {
    process.stderr.write("\nInterrupted. The same command continues the upload.\n")
  })
  const exitCode = await show(
    unfinished ? unfinished.resume(photos, options) : client.upload(photos, options),
    mode,
  )
  await forget()
  return exitCode
}

const show = async (upload: Upload, mode: DisplayMode): Promise<number> => {
  showUpload(upload, mode)
  const result = await upload.done
  if (mode === "bar" || mode === "plain") process.stdout.write(`${resultText(result)}\n`)
  if (result.tagFailure && mode !== "json")
    process.stderr.write(`The tags were not added: ${result.tagFailure.title}. ${result.tagFailure.detail}\n`)
  if (mode === "quiet")
    for (const file of result.failed)
      process.stderr.write(`${nameOf(file)}: ${file.failure?.title}. ${file.failure?.detail}\n`)
  return result.failed.length + result.cancelled.length > 0 ? exitCodes.unsafe : exitCodes.safe
}

/** The unfinished upload that shares the most files with these, or null. */
const findContinued = async (
  client: Client,
  photos: readonly PhotoFile[],
): Promise<UnfinishedUpload | null> => {
  const named = new Set(photos.map(({ file, path }) => identity(path ?? null, file)))
  let best: { upload: UnfinishedUpload; shared: number } | null = null
  for (const upload of await client.findUnfinished()) {
    // Also files that are uploaded and not processed yet: a new upload would send them again.
    const shared = upload.files.filter(({ path, filename }) => named.has(identity(path, filename))).length
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
