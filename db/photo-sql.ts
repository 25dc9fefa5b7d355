/**
 * The bytes of a photo that were sent: all of them once its object was seen (it then has an ETag), whatever becomes of
 * the photo later, so that sums never fall.
 *
 * Requires: a row of `photos`, or of the CTE `moved`, with the alias `row`.
 */
export const sentBytesOf = (row: string): string =>
  `case when ${row}.etag is not null or ${row}.status in ('PROCESSING', 'COMPLETED')
    then ${row}.bytes else ${row}.bytes_sent end`

/** The labels of a photo as JSON, in alphabetical order. Requires: a row of `photos` with the alias `p`. */
export const labelsOfPhoto = `(
    select coalesce(jsonb_agg(t.label order by lower(t.label)), '[]')
    from photo_tags pt join tags t on t.user_id = pt.user_id and t.tag_key = pt.tag_key
    where pt.photo_id = p.photo_id)`
