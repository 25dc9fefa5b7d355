/** How much of a photo is in the cloud, of a row of `photos` that is called `p`: all of it once it was uploaded. */
export const sentBytes =
  "case when p.status in ('PROCESSING', 'COMPLETED') then p.bytes else p.bytes_sent end"

/** The labels of a photo `p`, as JSON, in alphabetical order. */
export const labelsOfPhoto = `(
    select coalesce(jsonb_agg(t.label order by lower(t.label)), '[]')
    from photo_tags pt join tags t on t.user_id = pt.user_id and t.tag_key = pt.tag_key
    where pt.photo_id = p.photo_id)`
