import type { Database } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { thumbnailKey } from "../../../domain/object-key.ts"
import type { PhotoStatus } from "../../../domain/photo-status.ts"
import { err, type NotFound, ok, type Result } from "../../../domain/result.ts"
import type { DownloadUrlResponse } from "./schema.ts"
import { selectDownload } from "./sql.ts"

export type DownloadFailure = NotFound | { reason: "photo_not_ready"; status: PhotoStatus }

/** The stored object of a variant, and how to serve it. */
export type Download = { key: string; filename: string; contentType: string; version: number }

type Dependencies = { environment: string; database: Database }

/** Finds the object of a photo's variant. Only a verified photo has one. */
export const findDownload = async (
  { environment, database }: Dependencies,
  { variant, ...photo }: { photoId: PhotoId; userId: UserId; variant: DownloadUrlResponse["variant"] },
): Promise<Result<Download, DownloadFailure>> => {
  const found = await database.run(selectDownload, photo)
  if (!found.ok) return found
  const download = found.value
  if (download.status !== "COMPLETED") return err({ reason: "photo_not_ready", status: download.status })
  const { status, version, filename, thumbnails } = download
  if (variant === "original")
    return ok({ key: download.s3Key, filename, contentType: download.mimeType, version })
  const thumbnail = thumbnails.find((each) => String(each.variant) === variant)
  if (!thumbnail) return err({ reason: "photo_not_ready", status })
  return ok({
    key: thumbnailKey(environment, photo.userId, photo.photoId, thumbnail.variant),
    filename: `${withoutExtension(filename)}-${thumbnail.variant}.webp`,
    contentType: "image/webp",
    version,
  })
}

const withoutExtension = (filename: string): string => filename.replace(/(?<=.)\.[^.]*$/, "")
