import type { Client, PhotosQuery } from "rapid-photo-upload-sdk"
import { sizeText } from "../display/size-text.ts"
import { nameOf } from "../display/upload-texts.ts"
import { exitCodes } from "../exit-codes.ts"

const pageSize = 100

export type ListOptions = { query: PhotosQuery; limit: number; isJson: boolean }

/** Lists photos, newest first. */
export const list = async (client: Client, { query, limit, isJson }: ListOptions): Promise<number> => {
  for await (const photo of photosOf(client, query, limit))
    process.stdout.write(
      isJson
        ? `${JSON.stringify(photo)}\n`
        : `${photo.photoId}  ${photo.takenAt ?? photo.createdAt}  ${photo.status.padEnd(10)} ${sizeText(photo.bytes).padStart(8)}  ${nameOf(photo)}\n`,
    )
  return exitCodes.safe
}

/** Reads the pages of a list until `limit` photos were read. */
export const photosOf = async function* (client: Client, query: PhotosQuery, limit: number) {
  let cursor: string | undefined
  let count = 0
  do {
    const size = Math.min(pageSize, limit - count)
    const page = await client.api.listPhotos({ ...query, size, ...(cursor !== undefined && { cursor }) })
    yield* page.items
    count += page.items.length
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined && count < limit)
}
