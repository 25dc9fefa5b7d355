import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { storedPhotoWith } from "../../../db/photo-sql.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { transitionEffects, transitionedColumns } from "../../../db/transition-effects.ts"
import { mayBecome } from "../../../db/transition-guard.ts"
import type { Checksum } from "../../../domain/checksum.ts"
import type { JobId, PhotoId, UserId } from "../../../domain/ids.ts"
import { photoUpload } from "../../clients/object-store/photo-upload.ts"

export type DeclaredHashes = {
  jobId: JobId
  userId: UserId
  photos: readonly { photoId: PhotoId; sha256: Checksum | null }[]
}

/**
 * Stores the SHA-256 of photos that are not uploaded yet, and makes those DUPLICATE whose bytes the user has already: in
 * a stored photo, or in another photo of the job. Returns the photos in the order of the input. If a photo is not in the
 * job (`unknown`), or was declared with another SHA-256 (`conflict`), it writes nothing. See docs/decisions/0027-duplicates.md.
 */
export const declareHashes = statementOf<DeclaredHashes>()(
  rowOrNotFound(
    z.object({
      refused: z.array(z.object({ index: z.number().int(), reason: z.enum(["unknown", "conflict"]) })),
      photos: z.array(photoUpload),
      /** The multipart uploads of the photos that are duplicates now, which the caller has to abort. */
      abandoned: z.array(z.object({ s3Key: z.string(), uploadId: z.string() })),
    }),
  ),
  `
  with ${inputOfActingUser},
  known as (
    select j.job_id, j.status, j.allows_duplicates
    from input join upload_jobs j on j.job_id = doc->>'jobId' and j.user_id = doc->>'userId'
  ),
  asked as (
    select a.photo->>'photoId' as photo_id, a.photo->>'sha256' as sha256, a.place
    from input, jsonb_array_elements(doc->'photos') with ordinality as a (photo, place)
  ),
  -- All photos of the job, in the order of their ids: an original that ends meanwhile is seen here, or its end sees the
  -- duplicates that are found here.
  locked as (
    select p.photo_id, p.status, p.mime_type, p.bytes, p.expected_sha256, p.part_size, p.upload_id, p.s3_key,
      p.duplicate_of, ${mayBecome("DUPLICATE", "p.status")} as is_pending
    from known join photos p using (job_id)
    where p.deleted_at is null order by p.photo_id for update of p
  ),
  refused as (
    select asked.place, case when locked.photo_id is null then 'unknown' else 'conflict' end as reason
    from known, asked left join locked using (photo_id)
    where locked.photo_id is null or locked.expected_sha256 <> asked.sha256
  ),
  hashed as (
    select locked.*, asked.place, locked.is_pending and asked.sha256 is not null as is_asked,
      locked.is_pending and asked.sha256 is not null and locked.expected_sha256 is null as is_new,
      case when locked.is_pending then coalesce(locked.expected_sha256, asked.sha256) else locked.expected_sha256 end
        as sha256
    from locked left join asked using (photo_id)
    where not exists (select from refused)
  ),
  -- Of photos with the same bytes the one that was declared first, then the first one of the job.
  original as (
    select distinct on (sha256) sha256, photo_id from hashed
    where sha256 is not null and status not in ('FAILED', 'CANCELLED', 'DUPLICATE')
    order by sha256, is_new, photo_id
  ),
  decided as (
    select hashed.*, case when is_asked and not known.allows_duplicates
        then coalesce(${storedPhotoWith("hashed.sha256")}, nullif(original.photo_id, hashed.photo_id)) end as found
    from input, known, hashed left join original using (sha256)
  ),
  transitioned as (
    update photos p set status = 'DUPLICATE', duplicate_of = decided.found, expected_sha256 = decided.sha256,
      completed_at = now(), updated_at = now()
    from decided
    where p.photo_id = decided.photo_id and decided.found is not null and ${mayBecome("DUPLICATE", "decided.status")}
    returning ${transitionedColumns}
  ),
  ${transitionEffects},
  declared as (
    update photos p set expected_sha256 = decided.sha256, updated_at = now()
    from decided where p.photo_id = decided.photo_id and decided.is_new and decided.found is null
  ),
  ${auditOf(
    "renew-upload-job",
    `select doc->>'userId' as user_id, doc->>'jobId' as job_id, null::text as photo_id,
       coalesce(known.status, 'not_found') as outcome from input left join known on true`,
  )}
  select (
    select jsonb_build_object(
      'refused', (
        select coalesce(jsonb_agg(jsonb_build_object('index', place - 1, 'reason', reason) order by place), '[]')
        from refused),
      'abandoned', (
        select coalesce(jsonb_agg(jsonb_build_object('s3Key', s3_key, 'uploadId', upload_id)), '[]')
        from decided where found is not null and upload_id is not null),
      'photos', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'photoId', photo_id, 'status', case when found is null then status else 'DUPLICATE' end, 'type', mime_type,
          'bytes', bytes, 'sha256', sha256, 'partSize', part_size, 'uploadId', upload_id, 's3Key', s3_key,
          'duplicateOf', coalesce(found, duplicate_of)) order by place), '[]')
        from decided where place is not null))
    from known
  ) as result`,
)
