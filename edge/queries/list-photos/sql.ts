import * as z from "zod"
import { labelsOfPhoto } from "../../../db/photo-sql.ts"
import { inputOfActingUser, type Statement, statementOf } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import type { PhotoStatus } from "../../../domain/photo-status.ts"
import { storedPhotoSummary } from "./schema.ts"

export type PhotosPage = {
  userId: UserId
  before: PhotoId | null
  offset: number
  limit: number
  /** The key of a tag. */
  tagKey: string | null
  /** A pattern for LIKE, in lower case. */
  pattern: string | null
  status: PhotoStatus | null
  takenFrom: string | null
  takenTo: string | null
}

const photosPage = z.object({ tag: z.string(), photos: z.array(storedPhotoSummary) })

/**
 * A page of the user's photos, the newest first, and a tag that changes with any of them. Each way of looking has
 * the statement whose index already has the order, so that the first page and the thousandth cost the same.
 */
export const selectPhotos = ({
  tagKey,
  pattern,
}: Pick<PhotosPage, "tagKey" | "pattern">): Statement<PhotosPage, z.infer<typeof photosPage>> =>
  tagKey !== null ? photosOfTag : pattern !== null ? photosFound : allPhotos

// The arguments stand in the text as constants, so that the planner sees what is asked for and drops what is not.
const argument = (name: keyof PhotosPage) => `($1::jsonb->>'${name}')`

const byFilters = `
  p.user_id = ${argument("userId")} and p.deleted_at is null
    and (${argument("before")} is null or p.photo_id < ${argument("before")})
    and (${argument("status")} is null or p.status = ${argument("status")})
    and (${argument("takenFrom")} is null or p.taken_at >= ${argument("takenFrom")})
    and (${argument("takenTo")} is null or p.taken_at <= ${argument("takenTo")})`

const slice = `offset ${argument("offset")}::int limit ${argument("limit")}::int`

const upToSlice = `limit ${argument("offset")}::int + ${argument("limit")}::int`

const allPhotos = photosIn(`
  select p.photo_id from photos p where ${byFilters} order by p.photo_id desc ${slice}`)

const photosOfTag = photosIn(`
  select pt.photo_id from photo_tags pt join photos p on p.photo_id = pt.photo_id
  where pt.user_id = ${argument("userId")} and pt.tag_key = ${argument("tagKey")} and ${byFilters}
    and (${argument("before")} is null or pt.photo_id < ${argument("before")})
    and (${argument("pattern")} is null or p.search_text like ${argument("pattern")}
      or exists (select from photo_tags other
        where other.photo_id = p.photo_id and other.tag_key like ${argument("pattern")}))
  order by pt.photo_id desc ${slice}`)

const photosFound = photosIn(`
  select photo_id from (
    (select p.photo_id from photos p
      where p.search_text like ${argument("pattern")} and ${byFilters} order by p.photo_id desc ${upToSlice})
    union
    (select p.photo_id from tags t
      join photo_tags pt on pt.user_id = t.user_id and pt.tag_key = t.tag_key
      join photos p on p.photo_id = pt.photo_id
      where t.user_id = ${argument("userId")} and t.tag_key like ${argument("pattern")} and ${byFilters}
      order by p.photo_id desc ${upToSlice})
  ) as found
  order by photo_id desc ${slice}`)

function photosIn(page: string): Statement<PhotosPage, z.infer<typeof photosPage>> {
  return statementOf<PhotosPage>()(
    photosPage,
    `
    with ${inputOfActingUser},
    page as (${page})
    select jsonb_build_object(
      'tag', md5(coalesce(string_agg(p.photo_id || ':' || p.version, ',' order by p.photo_id desc), '')),
      'photos', coalesce(jsonb_agg(jsonb_build_object(
        'photoId', p.photo_id, 'jobId', p.job_id, 'filename', p.filename, 'mimeType', p.mime_type, 'bytes', p.bytes,
        'status', p.status, 'failureReason', p.failure_reason, 'width', p.width, 'height', p.height,
        'takenAt', p.taken_at, 'createdAt', p.created_at, 'completedAt', p.completed_at,
        'thumbnails', coalesce(p.thumbnails, '[]'),
        'tags', ${labelsOfPhoto}) order by p.photo_id desc), '[]')) as result
    from page join photos p using (photo_id)
    where (select doc is not null from input)`,
  )
}
