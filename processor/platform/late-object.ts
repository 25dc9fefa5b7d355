import * as z from "zod"
import { reopenEffects, reopenedColumns } from "../../db/reopen-effects.ts"
import { type Database, statementOf } from "../../db/statement.ts"
import { mayBecome } from "../../db/transition-guard.ts"
import type { PhotoId } from "../../domain/ids.ts"
import type { StoredObject } from "../../domain/object-ref.ts"
import type { ObjectStore } from "./object-store.ts"

/** The outcome for a photo whose object arrived after the photo had expired. */
export type LateObjectOutcome =
  /** The photo is PROCESSING again; process `object`. */
  | { kind: "recovered"; object: StoredObject }
  /** The user's quota is exhausted. The photo stays FAILED; remove the object. */
  | { kind: "no_room" }
  /** There is no object, or the photo is not EXPIRED. */
  | { kind: "none" }

/**
 * Recovers an EXPIRED photo whose object is in the bucket. Expiry released its quota, which is reserved again
 * (decision 17).
 */
export const recoverLateObject = async (
  { database, objectStore }: { database: Database; objectStore: ObjectStore },
  { photoId, key }: { photoId: PhotoId; key: string },
  signal: AbortSignal,
): Promise<LateObjectOutcome> => {
  // The object may have been removed after the message was sent.
  const object = await objectStore.head(key, signal)
  if (!object) return { kind: "none" }
  const { outcome } = await database.run(reopenExpiredPhoto, { photoId, etag: object.etag, noRoomDetail })
  return outcome === "recovered" ? { kind: outcome, object } : { kind: outcome }
}

const noRoomDetail =
  "The file arrived after its upload had expired, and the quota was exhausted. Delete some photos and upload it again."

/** Sets an EXPIRED photo to PROCESSING and reserves its quota again; if the quota is exhausted, only changes the detail. */
export const reopenExpiredPhoto = statementOf<{ photoId: PhotoId; etag: string; noRoomDetail: string }>()(
  z.object({ outcome: z.enum(["recovered", "no_room", "none"]) }),
  `
  with input as (select $1::jsonb as doc),
  expired as (
    select p.photo_id, p.job_id, p.user_id, p.bytes from input join photos p on p.photo_id = doc->>'photoId'
    where p.failure_reason = 'EXPIRED' and p.etag is null and p.deleted_at is null
      and ${mayBecome("PROCESSING", "p.status", "recovery")}
    for update of p
  ),
  -- Rows are locked in the order photo, job, user.
  locked_job as (select j.job_id from expired join upload_jobs j using (job_id) for update of j),
  quota as (
    update users u set used_bytes = u.used_bytes + expired.bytes, used_photos = u.used_photos + 1
    from expired join locked_job using (job_id)
    where u.user_id = expired.user_id and u.used_bytes + expired.bytes <= u.quota_bytes
      and u.used_photos < u.quota_photos
    returning u.user_id
  ),
  transitioned as (
    update photos p set status = 'PROCESSING', failure_reason = null, failure_detail = null, completed_at = null,
      etag = doc->>'etag', recovered_at = now(), reopened_at = now(), objects_removed_at = null,
      last_swept_at = null, updated_at = now()
    from input, expired, quota where p.photo_id = expired.photo_id
    returning ${reopenedColumns}
  ),
  explained as (
    update photos p set failure_detail = doc->>'noRoomDetail', updated_at = now()
    from input, expired
    where p.photo_id = expired.photo_id and not exists (select from quota)
      and p.failure_detail is distinct from doc->>'noRoomDetail'
    returning p.job_id
  ),
  touched_job as (
    update upload_jobs j set version = j.version + 1, updated_at = now()
    from explained join locked_job using (job_id) where j.job_id = explained.job_id
  ),
  ${reopenEffects}
  select jsonb_build_object('outcome', case
    when exists (select from transitioned) then 'recovered'
    when exists (select from expired) then 'no_room' else 'none' end) as result`,
)
