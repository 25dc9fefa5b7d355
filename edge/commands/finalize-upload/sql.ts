import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { transitionEffects, transitionedColumns } from "../../../db/transition-effects.ts"
import { mayBecome } from "../../../db/transition-guard.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import type { StoredPart } from "../../clients/object-store/multipart.ts"
import { needsMessage } from "../../clients/processing-messages.ts"

export type Finalization = {
  photoId: PhotoId
  userId: UserId
  /** The object in S3; null if there is none. */
  etag: string | null
  /** The parts of the multipart upload that this request completed, if any. */
  parts: readonly StoredPart[]
}

/**
 * Sets a photo whose object is in S3 to PROCESSING, without a lease, which the processor takes later. Without an
 * object it only reads the photo's status. `isMessageDue`: the caller has to send the processor a message.
 */
export const finalizePhoto = statementOf<Finalization>()(
  rowOrNotFound(
    z.object({
      status: z.enum(photoStatuses),
      isMessageDue: z.boolean(),
      bytes: z.number().int(),
      partSize: z.number().int().nullable(),
      uploadId: z.string().nullable(),
    }),
  ),
  `
  with ${inputOfActingUser},
  -- Locks the row before reading its status, so that a concurrent claim and finalize run one after the other.
  known as (
    select p.* from input join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    where p.deleted_at is null
    for update of p
  ),
  transitioned as (
    update photos p set status = 'PROCESSING', etag = doc->>'etag', enqueued_at = now(), updated_at = now()
    from input, known
    where p.photo_id = known.photo_id and doc->>'etag' is not null and ${mayBecome("PROCESSING", "p.status")}
    returning ${transitionedColumns}
  ),
  ${transitionEffects},
  resent as (
    update photos p set enqueued_at = now() from input, known
    where p.photo_id = known.photo_id and doc->>'etag' is not null and ${needsMessage("p")}
    returning p.photo_id
  ),
  parts as (
    insert into upload_parts as known_part (photo_id, part_number, bytes, etag, sha256)
    select transitioned.photo_id, part."partNumber", part.bytes, part.etag, part.sha256
    from input, transitioned, jsonb_to_recordset(doc->'parts') as part ("partNumber" int, bytes int, etag text, sha256 text)
    on conflict (photo_id, part_number) do update
      set bytes = excluded.bytes, etag = excluded.etag, sha256 = excluded.sha256, updated_at = now()
  ),
  ${auditOf(
    "finalize-upload",
    `select doc->>'userId' as user_id, known.job_id, doc->>'photoId' as photo_id,
       coalesce(transitioned.status, known.status, 'not_found') as outcome
     from input left join known on true left join transitioned on true`,
  )}
  select (
    select jsonb_build_object(
      'status', coalesce(transitioned.status, known.status),
      'isMessageDue', exists (select from transitioned) or exists (select from resent),
      'bytes', known.bytes, 'partSize', known.part_size, 'uploadId', known.upload_id)
    from known left join transitioned using (photo_id)
  ) as result`,
)

/** Removes the id and parts of a multipart upload that cannot be completed, so that the client can open a new one. */
export const forgetUpload = statementOf<{ photoId: PhotoId; userId: UserId; uploadId: string }>()(
  z.object({ isForgotten: z.boolean() }),
  `
  with ${inputOfActingUser},
  forgotten as (
    update photos p set upload_id = null, updated_at = now() from input
    where p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId' and p.upload_id = doc->>'uploadId'
    returning p.photo_id
  ),
  parts as (delete from upload_parts using forgotten where upload_parts.photo_id = forgotten.photo_id)
  select jsonb_build_object('isForgotten', exists (select from forgotten)) as result`,
)
