import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"

/** Removes a tag from a photo if the photo has it. */
export const untagPhoto = statementOf<{ photoId: PhotoId; userId: UserId; tagKey: string }>()(
  rowOrNotFound(z.object({ tags: z.array(z.string()) })),
  `
  with ${inputOfActingUser},
  found as (
    select p.photo_id, p.user_id, p.job_id from input
    join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    where p.deleted_at is null
  ),
  removed as (
    delete from photo_tags pt using input, found
    where pt.photo_id = found.photo_id and pt.tag_key = doc->>'tagKey'
    returning pt.photo_id, pt.tag_key
  ),
  changed as (
    update photos p set updated_at = now() from removed where p.photo_id = removed.photo_id
  ),
  ${auditOf(
    "untag-photo",
    `select doc->>'userId' as user_id, found.job_id, doc->>'photoId' as photo_id,
       case when found.photo_id is null then 'not_found' when exists (select from removed) then 'untagged'
         else 'unchanged' end as outcome
     from input left join found on true`,
  )}
  select (
    select jsonb_build_object('tags', (
      select coalesce(jsonb_agg(t.label order by lower(t.label)), '[]')
      from photo_tags pt join tags t on t.user_id = pt.user_id and t.tag_key = pt.tag_key
      where pt.photo_id = found.photo_id and pt.tag_key not in (select tag_key from removed)))
    from found
  ) as result`,
)
