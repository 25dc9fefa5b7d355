import type { Database } from "../../../db/statement.ts"
import type { TaggedPhoto } from "./schema.ts"
import { changeTags, type TagChange } from "./sql.ts"

// A photo changes only a few times. More than this many lost races mean a bug.
const maxAttempts = 10

/** Changes the tags of photos. Photos that changed concurrently are tried again; the others are not. */
export const tagPhotos = async (database: Database, change: TagChange): Promise<TaggedPhoto[]> => {
  const settled = new Map<string, TaggedPhoto>()
  let photoIds = change.photoIds
  for (let attempt = 1; photoIds.length > 0; attempt += 1) {
    if (attempt > maxAttempts) throw new Error("a photo changed during every attempt")
    const photos = await database.run(changeTags, { ...change, photoIds })
    for (const { photoId, outcome, tags } of photos)
      if (outcome !== "raced") settled.set(photoId, { photoId, outcome, tags })
    photoIds = photos.filter(({ outcome }) => outcome === "raced").map(({ photoId }) => photoId)
  }
  return change.photoIds.flatMap((photoId) => settled.get(photoId) ?? [])
}
