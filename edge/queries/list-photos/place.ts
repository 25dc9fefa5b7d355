import { isPhotoId, type PhotoId } from "../../../domain/ids.ts"
import type { TimePlace } from "./schema.ts"
import type { PhotosPage } from "./sql.ts"

/** The place of a photo in a list, for the cursor of the page after it. */
export const placeOf = (
  { photoId, takenAt, createdAt }: { photoId: PhotoId; takenAt: string | null; createdAt: string },
  sort: PhotosPage["sort"],
): PhotoId | TimePlace =>
  // Whole seconds in UTC, as taken_or_created_at() in the database formats them.
  sort === "taken" ? `${takenAt ?? createdAt.slice(0, "YYYY-MM-DDTHH:MM:SS".length)}~${photoId}` : photoId

/** Splits a place into the two columns that the statement compares. */
export const placeColumnsOf = (
  place: PhotoId | TimePlace | null,
): Pick<PhotosPage, "before" | "beforeTime"> => {
  const [id, time] = (place ?? "").split("~").reverse()
  return { before: id !== undefined && isPhotoId(id) ? id : null, beforeTime: time ?? null }
}
