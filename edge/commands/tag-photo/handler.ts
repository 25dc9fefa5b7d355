import type { Database } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { err, type NotFound, ok, type Result } from "../../../domain/result.ts"
import type { TagLabel } from "../../../domain/tag-label.ts"
import type { PhotoTagsResponse } from "./schema.ts"
import { addTags } from "./sql.ts"

export type TagPhotoFailure = NotFound | { reason: "too_many_tags"; tagCount: number }

// A photo changes only a few times, so this many conflicts with other changes mean a bug.
const maxAttempts = 10

/** Adds tags to a photo. Tries again when the photo changes between the read and the write of the statement. */
export const tagPhoto = async (
  database: Database,
  request: { photoId: PhotoId; userId: UserId; labels: readonly TagLabel[] },
): Promise<Result<PhotoTagsResponse, TagPhotoFailure>> => {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const found = await database.run(addTags, request)
    if (!found.ok) return found
    const { outcome, tags } = found.value
    if (outcome === "too_many") return err({ reason: "too_many_tags", tagCount: tags.length })
    if (outcome === "tagged") return ok({ photoId: request.photoId, tags })
  }
  throw new Error("the photo changed during every attempt")
}
