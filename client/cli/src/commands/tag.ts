import type { Client } from "rapid-photo-upload-sdk"
import { CommandError, exitCodes } from "../exit-codes.ts"

/** The most photos of one request. */
const batchSize = 500

export type TagOptions = { photoIds: readonly string[]; add: readonly string[]; remove: readonly string[] }

/** Adds and removes tags. */
export const tag = async (client: Client, { photoIds, add, remove }: TagOptions): Promise<number> => {
  if (photoIds.length === 0 || add.length + remove.length === 0)
    throw new CommandError("Name photos and tags: tag PHOTO_ID… --add LABEL --remove LABEL")
  let failed = 0
  for (let start = 0; start < photoIds.length; start += batchSize) {
    const { items } = await client.api.tagPhotos({
      photoIds: photoIds.slice(start, start + batchSize),
      add: [...add],
      remove: [...remove],
    })
    for (const { photoId, outcome } of items) {
      if (outcome === "tagged" || outcome === "unchanged") continue
      failed += 1
      process.stderr.write(`failed  ${photoId}: ${outcome.replaceAll("_", " ")}\n`)
    }
  }
  return failed > 0 ? exitCodes.unsafe : exitCodes.safe
}
