import type { Client } from "rapid-photo-upload-sdk"
import { declarationOf } from "../declaration.ts"
import type { DisplayMode } from "../display/upload-display.ts"
import { exitCodes } from "../exit-codes.ts"
import { hashFiles } from "../hash-files.ts"
import type { PhotoFile } from "../photo-files.ts"

/** The most files of one create. */
const batchSize = 500

/** Shows what an upload would do with each file, and sends nothing. */
export const dryRun = async (
  client: Client,
  photos: readonly PhotoFile[],
  mode: DisplayMode,
): Promise<number> => {
  let rejected = 0
  for (let start = 0; start < photos.length; start += batchSize) {
    const batch = photos.slice(start, start + batchSize)
    const hashes = await hashFiles(batch.map(({ file }) => file))
    const files = await Promise.all(batch.map((photo) => declarationOf(photo, hashes.get(photo.file))))
    const { items, isWithinQuota } = await client.api.dryRun({ files })
    for (const [index, item] of items.entries()) {
      if (item.result === "rejected") rejected += 1
      if (mode === "json") process.stdout.write(`${JSON.stringify({ ...item, file: batch[index]?.file })}\n`)
      else if (mode !== "quiet")
        process.stdout.write(
          `${item.result.padEnd(10)} ${batch[index]?.file}${detail(item.reason?.detail ?? item.duplicateOf)}\n`,
        )
    }
    if (!isWithinQuota) process.stderr.write("The files do not fit into the storage quota.\n")
    if (!isWithinQuota) rejected += 1
  }
  return rejected > 0 ? exitCodes.unsafe : exitCodes.safe
}

const detail = (text: string | null): string => (text ? `: ${text}` : "")
