import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { maxTagsPerPhoto, type TagLabel } from "../../../domain/tag-label.ts"

/**
 * Adds tags to a photo. The tag limit is checked against the version of the photo that was read. If the photo changed
 * concurrently, the outcome is `raced` and the caller retries.
 */
export const addTags = statementOf<{ photoId: PhotoId; userId: UserId; labels: readonly TagLabel[] }>()(
  rowOrNotFound(z.object({ outcome: z.enum(["tagged", "too_many", "raced"]), tags: z.array(z.string()) })),
  `
  with ${inputOfActingUser},
  found as (
    select p.photo_id, p.user_id, p.job_id, p.version from input
    join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    where p.deleted_at is null
  ),
  requested as (
    select distinct on (l."tagKey") l."tagKey" as tag_key, l.label
    from input, jsonb_to_recordset(doc->'labels') as l (label text, "tagKey" text)
  ),
  existing as (
    select pt.tag_key, t.label from found join photo_tags pt using (photo_id)
    join tags t on t.user_id = pt.user_id and t.tag_key = pt.tag_key
  ),
  missing as (
    select requested.tag_key, coalesce(t.label, requested.label) as label
    from found cross join requested left join tags t on t.user_id = found.user_id and t.tag_key = requested.tag_key
    where requested.tag_key not in (select tag_key from existing)
  ),
  tag_limit as (
    select (select count(*) from existing) + (select count(*) from missing) <= ${maxTagsPerPhoto} as is_kept
  ),
  changed as (
    update photos p set updated_at = now() from found, tag_limit
    where p.photo_id = found.photo_id and p.version = found.version and tag_limit.is_kept
      and exists (select from missing)
    returning p.photo_id, p.user_id
  ),
  new_tags as (
    insert into tags (user_id, tag_key, label) select user_id, tag_key, label from changed, missing
    on conflict do nothing
  ),
  added as (
    insert into photo_tags (photo_id, user_id, tag_key) select photo_id, user_id, tag_key from changed, missing
    on conflict do nothing
  ),
  decided as (
    select found.job_id, case when found.photo_id is null then 'not_found' when not tag_limit.is_kept then 'too_many'
      when exists (select from changed) or not exists (select from missing) then 'tagged' else 'raced' end as outcome
    from tag_limit left join found on true
  ),
  ${auditOf(
    "tag-photo",
    `select doc->>'userId' as user_id, job_id, doc->>'photoId' as photo_id, outcome from input, decided`,
  )}
  select (
    select jsonb_build_object('outcome', outcome, 'tags', (
      select coalesce(jsonb_agg(label order by lower(label)), '[]') from (
        select label from existing union all select label from missing where outcome = 'tagged') as labels))
    from decided where outcome <> 'not_found'
  ) as result`,
)
