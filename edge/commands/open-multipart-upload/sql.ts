import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { mayBecome } from "../../../db/transition-guard.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import type { StoredPart } from "../../clients/object-store/multipart.ts"

const declaredPhoto = z.object({
  status: z.enum(photoStatuses),
  type: z.string(),
  bytes: z.number().int(),
  partSize: z.number().int().nullable(),
  uploadId: z.string().nullable(),
  /** Whether the open upload has part checksums. */
  hasPartChecksums: z.boolean(),
})

export type DeclaredPhoto = z.infer<typeof declaredPhoto>

/** Reads the fields of a photo that its upload needs. */
export const selectDeclaredPhoto = statementOf<{ photoId: PhotoId; userId: UserId }>()(
  rowOrNotFound(declaredPhoto),
  `
  with ${inputOfActingUser},
  known as (
    select p.* from input join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    where p.deleted_at is null
  ),
  ${auditOf(
    "open-multipart-upload",
    `select doc->>'userId' as user_id, known.job_id, doc->>'photoId' as photo_id,
       coalesce(known.status, 'not_found') as outcome from input left join known on true`,
  )}
  select (
    select jsonb_build_object('status', status, 'type', mime_type, 'bytes', bytes, 'partSize', part_size,
      'uploadId', upload_id, 'hasPartChecksums', has_part_checksums)
    from known
  ) as result`,
)

/**
 * Stores the id and the mode of an upload that S3 opened, unless a concurrent request stored one first, and returns the
 * stored ones. Null: the photo is uploaded or finished.
 */
export const keepUploadId = statementOf<{
  photoId: PhotoId
  userId: UserId
  /** The id to replace: null, or one that S3 no longer has. */
  known: string | null
  uploadId: string
  hasPartChecksums: boolean
}>()(
  z.object({ uploadId: z.string(), hasPartChecksums: z.boolean() }).nullable(),
  `
  with ${inputOfActingUser},
  -- The update locks the row before it compares: the second of two concurrent requests gets the id of the first.
  kept as (
    update photos p set updated_at = now(),
      upload_id = case when p.upload_id is not distinct from doc->>'known' then doc->>'uploadId' else p.upload_id end,
      has_part_checksums = case when p.upload_id is not distinct from doc->>'known'
        then (doc->>'hasPartChecksums')::boolean else p.has_part_checksums end
    from input
    where p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId' and ${mayBecome("PROCESSING", "p.status")}
    returning p.upload_id, p.has_part_checksums
  )
  select (select jsonb_build_object('uploadId', upload_id, 'hasPartChecksums', has_part_checksums) from kept) as result`,
)

/** Records which parts S3 has. */
export const saveParts = statementOf<{
  photoId: PhotoId
  parts: readonly StoredPart[]
}>()(
  z.object({ saved: z.number().int() }),
  `
  with input as (select $1::jsonb as doc),
  saved as (
    insert into upload_parts as known (photo_id, part_number, bytes, etag, sha256)
    select doc->>'photoId', part."partNumber", part.bytes, part.etag, part.sha256
    from input, jsonb_to_recordset(doc->'parts') as part ("partNumber" int, bytes int, etag text, sha256 text)
    on conflict (photo_id, part_number) do update
      set bytes = excluded.bytes, etag = excluded.etag, sha256 = excluded.sha256, updated_at = now()
      where known.etag <> excluded.etag
    returning 1
  )
  select jsonb_build_object('saved', (select count(*) from saved)) as result`,
)
