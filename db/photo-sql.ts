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

/**
 * The oldest stored photo of the user with these bytes, or null: only a COMPLETED photo that is not deleted counts. As an
 * aggregate, because with a limit the planner would read all photos of the user in the order of their ids.
 *
 * Requires: the CTE `input`; `sha256` is a lower-case hex SHA-256 in SQL.
 */
export const storedPhotoWith = (sha256: string): string => `(
    select (array_agg(same.photo_id order by same.photo_id))[1] from photos same
    where same.user_id = doc->>'userId' and same.checksum = ${sha256} and same.deleted_at is null
      and same.status = 'COMPLETED')`
