import type { Client } from "rapid-photo-upload-sdk"
import { confirm } from "../confirm.ts"
import { CommandError, exitCodes } from "../exit-codes.ts"

/** The most photos of one request. */
const batchSize = 500

export type DeleteOptions = { photoIds: readonly string[]; isConfirmed: boolean }

/** Deletes stored photos, and cancels those that are not uploaded yet. Asks first. */
export const deletePhotos = async (
  client: Client,
  { photoIds, isConfirmed }: DeleteOptions,
): Promise<number> => {
  if (photoIds.length === 0) throw new CommandError("Name the photos: delete PHOTO_ID…")
  if (!isConfirmed && !(await confirm(`Delete ${photoIds.length} stored photos?`))) {
    process.stdout.write("Nothing was deleted. Use --yes to delete without a question.\n")
    return exitCodes.unsafe
  }
  let missing = 0
  for (let start = 0; start < photoIds.length; start += batchSize) {
    const { items } = await client.api.deletePhotos({ photoIds: photoIds.slice(start, start + batchSize) })
    for (const { photoId, outcome } of items) {
      if (outcome !== "not_found") continue
      missing += 1
      process.stderr.write(`failed  ${photoId}: not found\n`)
    }
  }
  return missing > 0 ? exitCodes.unsafe : exitCodes.safe
}
