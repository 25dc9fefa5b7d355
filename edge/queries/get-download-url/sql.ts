import * as z from "zod"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import type { PhotoDownload } from "../../../domain/photo.ts"
import { storedThumbnail } from "../../clients/object-store/thumbnail-links.ts"

const photoDownload: z.ZodType<PhotoDownload> = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("COMPLETED"),
    filename: z.string(),
    mimeType: z.string(),
    s3Key: z.string(),
    thumbnails: z.array(storedThumbnail),
    version: z.number().int(),
  }),
  z.object({ status: z.enum(["QUEUED", "UPLOADING", "PROCESSING", "FAILED", "CANCELLED"]) }),
])

/** Reads a photo's filename and stored variants. */
export const selectDownload = statementOf<{ photoId: PhotoId; userId: UserId }>()(
  rowOrNotFound(photoDownload),
  `
  with ${inputOfActingUser}
  select (
    select jsonb_build_object('status', p.status, 'filename', p.filename, 'mimeType', p.mime_type,
      's3Key', p.s3_key, 'thumbnails', coalesce(p.thumbnails, '[]'), 'version', p.version)
    from input join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    where p.deleted_at is null
  ) as result`,
)
