import * as z from "zod"
import { statementOf } from "../../db/statement.ts"
import { mayBecome } from "../../db/transition-guard.ts"
import { isPhotoId, type PhotoId } from "../../domain/ids.ts"

const removablePhoto = z.object({
  photoId: z.string().refine(isPhotoId),
  s3Key: z.string(),
  uploadId: z.string().nullable(),
  isFinal: z.boolean(),
})

export type RemovablePhoto = z.infer<typeof removablePhoto>

/**
 * Selects photos whose objects must be removed: deleted photos at once, and deleted and cancelled photos and duplicates a
 * last time when all their upload URLs have expired (`isFinal`). A duplicate may have got a URL before its SHA-256 was
 * known. Until its original is COMPLETED, its object may still be needed. Photos whose removal has failed come last, and
 * those in `failed` are left out.
 */
export const selectRemovable = statementOf<{ graceMs: number; failed: readonly PhotoId[]; limit: number }>()(
  z.array(removablePhoto),
  `
  with removable as (
    select photo_id, s3_key, upload_id,
      greatest(deleted_at, completed_at) < now() - ($1::jsonb->>'graceMs')::bigint * interval '1 millisecond' as is_final
    from photos
    where objects_removed_at is null and (deleted_at is not null or status in ('CANCELLED', 'DUPLICATE'))
      and (status <> 'DUPLICATE' or exists (
        select from photos original
        where original.photo_id = photos.duplicate_of and original.status = 'COMPLETED'))
      and (deleted_at is not null and coalesce(last_swept_at < deleted_at, true)
        or greatest(deleted_at, completed_at) < now() - ($1::jsonb->>'graceMs')::bigint * interval '1 millisecond')
      and photo_id not in (select jsonb_array_elements_text($1::jsonb->'failed'))
    order by removal_failed_at nulls first, updated_at limit ($1::jsonb->>'limit')::int
  )
  select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id, 's3Key', s3_key, 'uploadId', upload_id,
    'isFinal', is_final)), '[]') as result
  from removable`,
)

/** Records that the bucket contains no object of a photo, permanently if `isFinal`. */
export const markRemoved = statementOf<{ photoId: PhotoId; isFinal: boolean }>()(
  z.object({ marked: z.number() }),
  `
  with marked as (
    update photos set last_swept_at = now(), removal_failed_at = null,
      objects_removed_at = case when ($1::jsonb->>'isFinal')::boolean then now() end
    where photo_id = $1::jsonb->>'photoId' returning 1
  )
  select jsonb_build_object('marked', (select count(*) from marked)) as result`,
)

/** Records that the objects of photos could not be removed. */
export const markRemovalFailed = statementOf<{ photoIds: readonly PhotoId[] }>()(
  z.object({ marked: z.number() }),
  `
  with marked as (
    update photos set removal_failed_at = now()
    where photo_id in (select jsonb_array_elements_text($1::jsonb->'photoIds')) returning 1
  )
  select jsonb_build_object('marked', (select count(*) from marked)) as result`,
)

/**
 * Compares a page of a listing with the database. If the database had recorded that a photo has no object, the record
 * is cleared, and the next sweep recovers the photo or removes the object.
 */
export const recordObjects = statementOf<{ photoIds: readonly string[] }>()(
  z.object({ known: z.array(z.string()), late: z.number().int() }),
  `
  with listed as (
    select photo_id, objects_removed_at from photos
    where photo_id in (select jsonb_array_elements_text($1::jsonb->'photoIds'))
  ),
  late as (
    update photos p set objects_removed_at = null, last_swept_at = null
    from listed where p.photo_id = listed.photo_id and listed.objects_removed_at is not null
    returning 1
  )
  select jsonb_build_object(
    'known', (select coalesce(jsonb_agg(photo_id), '[]') from listed),
    'late', (select count(*) from late)) as result`,
)

/** Selects those of the ids that have a row, with the multipart upload that the photo waits for. */
export const selectKnownPhotos = statementOf<{ photoIds: readonly string[] }>()(
  z.array(z.object({ photoId: z.string(), isWaiting: z.boolean(), uploadId: z.string().nullable() })),
  `
  select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id, 'uploadId', upload_id,
    'isWaiting', ${mayBecome("PROCESSING")})), '[]') as result
  from photos where photo_id in (select jsonb_array_elements_text($1::jsonb->'photoIds'))`,
)
