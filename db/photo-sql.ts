/**
 * The sent bytes of a photo: all of them once its object is stored (it then has an ETag), in any later status, so that
 * sums never decrease.
 *
 * Requires: a row of `photos`, or of the CTE `transitioned`, with the alias `row`.
 */
export const sentBytesOf = (row: string): string =>
  `case when ${row}.etag is not null or ${row}.status in ('PROCESSING', 'COMPLETED')
    then ${row}.bytes else ${row}.bytes_sent end`

/**
 * The labels of a photo as JSON, in alphabetical order. `offset 0` keeps each label a look-up by key: as a join, on
 * tables without statistics, the planner reads every tag of every user. Requires: a row of `photos` with the alias `p`.
 */
export const labelsOfPhoto = `(
    select coalesce(jsonb_agg(t.label order by pt.tag_key), '[]')
    from photo_tags pt, lateral (
      select label from tags where user_id = pt.user_id and tag_key = pt.tag_key offset 0) as t
    where pt.photo_id = p.photo_id)`
