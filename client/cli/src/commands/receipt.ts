import { writeFile } from "node:fs/promises"
import type { Client } from "rapid-photo-upload-sdk"
import { CommandError, exitCodes } from "../exit-codes.ts"

export type ReceiptOptions = { jobId: string | undefined; format: string; output: string | undefined }

const formats = ["json", "csv", "html"] as const

/** Writes the signed receipt of a finished job to standard output or a file. */
export const receipt = async (client: Client, { jobId, format, output }: ReceiptOptions): Promise<number> => {
  if (!jobId) throw new CommandError("Name the job: receipt JOB_ID")
  const known = formats.find((name) => name === format)
  if (!known) throw new CommandError(`--format is one of ${formats.join(", ")}`)
  const text = await client.api.getReceiptText(jobId, known)
  if (output) await writeFile(output, text)
  else process.stdout.write(text.endsWith("\n") ? text : `${text}\n`)
  return exitCodes.safe
}
