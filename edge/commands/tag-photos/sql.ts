import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { isPhotoId, type PhotoId, type UserId } from "../../../domain/ids.ts"
import { maxTagsPerPhoto, type TagLabel } from "../../../domain/tag-label.ts"
import { taggedPhoto, tagOutcomes } from "./schema.ts"

export type TagChange = {
  photoIds: readonly PhotoId[]
  userId: UserId
  add: readonly TagLabel[]
  /** Keys of tags. */
  remove: readonly string[]
}

/**
 * Adds tags to photos and removes tags from them. The limit of a photo is checked against the version that was read. If
 * the photo changed concurrently, its outcome is `raced` and the caller retries it.
 */
export const changeTags = statementOf<TagChange>()(
  z.array(
    taggedPhoto.extend({ photoId: z.string().refine(isPhotoId), outcome: z.enum([...tagOutcomes, "raced"]) }),
  ),
  `
  with ${inputOfActingUser},
  requested as (
    select photo_id, place from input,
      jsonb_array_elements_text(coalesce(doc->'photoIds', '[]')) with ordinality as r (photo_id, place)
  ),
  to_add as (
    select distinct on (l."tagKey") l."tagKey" as tag_key, l.label
    from input, jsonb_to_recordset(coalesce(doc->'add', '[]')) as l (label text, "tagKey" text)
  ),
  to_remove as (
    select tag_key from input, jsonb_array_elements_text(coalesce(doc->'remove', '[]')) as r (tag_key)
  ),
  found as materialized (
    select p.photo_id, p.user_id, p.job_id, p.version from input
    join photos p on p.photo_id = any (array(select photo_id from requested)) and p.user_id = doc->>'userId'
    where p.deleted_at is null
  ),
  -- In the order of their ids, as in every statement that changes several photos, so that no deadlock occurs. It returns
  -- the newest version, while the tags below are those of the version in the snapshot.
  locked as materialized (
    select p.photo_id, p.version from photos p where p.photo_id = any (array(select photo_id from found))
    order by p.photo_id for update
  ),
  existing as materialized (
    select pt.photo_id, pt.tag_key, t.label from found join photo_tags pt using (photo_id),
      lateral (select label from tags where user_id = pt.user_id and tag_key = pt.tag_key offset 0) as t
  ),
  missing as materialized (
    select found.photo_id, found.user_id, to_add.tag_key, coalesce(t.label, to_add.label) as label
    from found cross join to_add left join tags t on t.user_id = found.user_id and t.tag_key = to_add.tag_key
    where not exists (
      select from existing where existing.photo_id = found.photo_id and existing.tag_key = to_add.tag_key)
  ),
  surplus as materialized (select photo_id, tag_key from existing join to_remove using (tag_key)),
  decided as materialized (
    select found.photo_id, found.job_id, case
      when locked.version is distinct from found.version then 'raced'
      when m.missing is null and s.surplus is null then 'unchanged'
      when m.missing > 0 and coalesce(e.existing, 0) + m.missing - coalesce(s.surplus, 0) > ${maxTagsPerPhoto}
        then 'too_many_tags'
      else 'tagged' end as outcome
    from found left join locked using (photo_id)
      left join (select photo_id, count(*) as existing from existing group by photo_id) as e using (photo_id)
      left join (select photo_id, count(*) as missing from missing group by photo_id) as m using (photo_id)
      left join (select photo_id, count(*) as surplus from surplus group by photo_id) as s using (photo_id)
  ),
  changed as (
    update photos p set updated_at = now() from decided
    where p.photo_id = decided.photo_id and decided.outcome = 'tagged'
    returning p.photo_id
  ),
  new_tags as (
    insert into tags (user_id, tag_key, label) select distinct user_id, tag_key, label
    from missing join changed using (photo_id) order by tag_key
    on conflict do nothing
  ),
  added as (
    insert into photo_tags (photo_id, user_id, tag_key)
    select photo_id, user_id, tag_key from missing join changed using (photo_id)
    on conflict do nothing
  ),
  removed as (
    delete from photo_tags pt using surplus join changed using (photo_id)
    where pt.photo_id = surplus.photo_id and pt.tag_key = surplus.tag_key
  ),
  resulting as (
    select photo_id, jsonb_agg(label order by lower(label)) as tags from (
      select photo_id, label from existing join decided using (photo_id)
      where outcome <> 'tagged' or tag_key not in (select tag_key from to_remove)
      union all
      select photo_id, label from missing join decided using (photo_id) where outcome = 'tagged') as labels
    group by photo_id
  ),
  ${auditOf(
    "tag-photos",
    `select doc->>'userId' as user_id, decided.job_id, requested.photo_id, coalesce(decided.outcome, 'not_found') as outcome
     from input, requested left join decided using (photo_id)`,
  )}
  select coalesce(jsonb_agg(jsonb_build_object('photoId', requested.photo_id,
    'outcome', coalesce(decided.outcome, 'not_found'),
    'tags', case when decided.photo_id is not null then coalesce(resulting.tags, '[]') end) order by place), '[]') as result
  from requested left join decided using (photo_id) left join resulting using (photo_id)`,
)
