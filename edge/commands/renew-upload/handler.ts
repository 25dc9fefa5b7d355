import type { Database } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { isPendingPhoto } from "../../../domain/photo.ts"
import type { PhotoStatus } from "../../../domain/photo-status.ts"
import { err, type NotFound, ok, type Result } from "../../../domain/result.ts"
import type { ObjectStore } from "../../clients/object-store/object-store.ts"
import { presignUpload } from "../../clients/object-store/presigned-upload.ts"
import type { RenewUploadResponse } from "./schema.ts"
import { selectUpload } from "./sql.ts"

export type RenewUploadFailure = NotFound | { reason: "already_uploaded"; status: PhotoStatus }

/** Signs a new URL for a photo that is not uploaded yet. */
export const renewUpload = async (
  { database, objectStore }: { database: Database; objectStore: ObjectStore },
  request: { photoId: PhotoId; userId: UserId },
): Promise<Result<RenewUploadResponse, RenewUploadFailure>> => {
  const found = await database.run(selectUpload, request)
  if (!found.ok) return found
  const photo = found.value
  if (!isPendingPhoto(photo)) return err({ reason: "already_uploaded", status: photo.status })
  return ok(await presignUpload(objectStore, photo))
}
