/**
 * SQL of a photo's sent bytes. Once the object is stored (the photo then has an ETag), they are the size of the photo,
 * in every later status, so that sums never decrease.
 *
 * Requires: a row of `photos`, or of the CTE `transitioned`, with the alias `row`.
 */
export const sentBytesOf = (row: string): string =>
  `case when ${row}.etag is not null or ${row}.status in ('PROCESSING', 'COMPLETED')
    then ${row}.bytes else ${row}.bytes_sent end`

/**
 * SQL of a photo's labels as JSON, in alphabetical order. `offset 0` makes the planner look up each label by its key. As
 * a join, the planner would read every tag of every user when the tables have no statistics.
 * Requires: a row of `photos` with the alias `p`.
 */
export const labelsOfPhoto = `(
    select coalesce(jsonb_agg(t.label order by pt.tag_key), '[]')
    from photo_tags pt, lateral (
      select label from tags where user_id = pt.user_id and tag_key = pt.tag_key offset 0) as t
    where pt.photo_id = p.photo_id)`
