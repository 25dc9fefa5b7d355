import type { DisplayMode } from "../display/upload-display.ts"
import { CommandError, exitCodes } from "../exit-codes.ts"
import type { SignedIn } from "../session/signed-in-client.ts"
import { interruptedUploadCommands } from "../session/upload-commands.ts"
import { type CommandUploadOptions, upload } from "./upload.ts"

export type ResumeCommand = {
  inputs: readonly string[]
  mode: DisplayMode
  options: CommandUploadOptions
}

/** Repeats every interrupted upload command, or continues the upload of the named files. */
export const resume = async (
  signedIn: SignedIn,
  { inputs, mode, options }: ResumeCommand,
): Promise<number> => {
  if (inputs.length > 0) return upload(signedIn, { inputs, mode, isDryRun: false, options })
  const commands = await interruptedUploadCommands(signedIn.session)
  if (commands.length === 0 && mode !== "json" && mode !== "quiet")
    process.stdout.write("Every upload is finished.\n")
  let exitCode: number = exitCodes.safe
  for (const { workingFolder, inputs: interrupted, tags, allowDuplicates } of commands) {
    try {
      process.chdir(workingFolder)
      const code = await upload(signedIn, {
        inputs: interrupted,
        mode,
        isDryRun: false,
        options: { ...options, tags, allowDuplicates },
      })
      exitCode = Math.max(exitCode, code)
    } catch (error) {
      // A folder may be on a disk that is not connected; the others can continue.
      if (!(error instanceof CommandError) && !isMissing(error)) throw error
      process.stderr.write(`${error.message}\n`)
      exitCode = exitCodes.unsafe
    }
  }
  return exitCode
}

const isMissing = (error: unknown): error is Error =>
  error instanceof Error && "code" in error && error.code === "ENOENT"
