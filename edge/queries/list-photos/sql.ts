import * as z from "zod"
import {
  photosByTime,
  photosOfRangeByTime,
  searchedPhotosByTime,
} from "../../../db/photo-search-by-time-sql.ts"
import { isSearch, type PhotoFilters, searchedPhotos } from "../../../db/photo-search-sql.ts"
import { labelsOfPhoto } from "../../../db/photo-sql.ts"
import { inputOfActingUser, type Statement, statementOf } from "../../../db/statement.ts"
import type { JobId, PhotoId, UserId } from "../../../domain/ids.ts"
import { type photoSorts, storedPhotoSummary } from "./schema.ts"

export type PhotosPage = PhotoFilters & {
  userId: UserId
  /** Only with a status, and sorted by upload. */
  jobId: JobId | null
  sort: (typeof photoSorts)[number]
  /** The page follows this photo. */
  before: PhotoId | null
  /** With `sort: "taken"`: the time by which that photo is sorted. */
  beforeTime: string | null
  offset: number
  limit: number
  /** ETags of the responses that the caller already has. */
  knownTags: readonly string[]
}

const photosPage = z.object({
  tag: z.string(),
  /** Null: the caller already has this page. */
  photos: z.array(storedPhotoSummary).nullable(),
})

/**
 * Reads a page of the user's photos, newest first, and a tag that changes with any of them. Only a page of the status
 * DUPLICATE has duplicates. Each statement reads an index in the order of the page, so it stops when the page is full.
 * If the caller sends the current tag, only the index and the versions of the rows are read.
 */
export const selectPhotos = (
  filters: PhotoFilters & Pick<PhotosPage, "jobId" | "sort">,
): Statement<PhotosPage, z.infer<typeof photosPage>> => {
  if (filters.jobId !== null) return photosOfJob
  if (filters.sort === "taken") return photosBySortTime(filters)
  if (isSearch(filters)) return photosIn(searchedPhotos(filters))
  if (filters.tagKey !== null) return photosOfTag
  return filters.status !== null ? photosOfStatus : allPhotos
}

const photosBySortTime = (filters: PhotoFilters) => {
  const { tagKey, q, status, takenFrom, takenTo } = filters
  if (tagKey !== null || q !== null || status !== null) return photosIn(searchedPhotosByTime(filters), byTime)
  return takenFrom !== null || takenTo !== null ? photosOfRange : allPhotosByTime
}

// The arguments are constants in the text, so the planner removes unused conditions.
const argument = (name: keyof PhotosPage) => `($1::jsonb->>'${name}')`

const slice = `offset ${argument("offset")}::int limit ${argument("limit")}::int`

const isOnPage = (photo: string) => `
  ${photo}.user_id = ${argument("userId")} and ${photo}.photo_id < coalesce(${argument("before")}, '~')`

const allPhotos = photosIn(`
  select p.photo_id from photos p
  where ${isOnPage("p")} and p.deleted_at is null and p.duplicate_of is null
  order by p.photo_id desc ${slice}`)

const photosOfStatus = photosIn(`
  select p.photo_id from photos p
  where ${isOnPage("p")} and p.deleted_at is null and p.status = ${argument("status")}
  order by p.photo_id desc ${slice}`)

// Fenced by offset 0: each photo is a look-up by its id, and not a scan of the index of all listed photos.
const photosOfJob = photosIn(`
  select p.photo_id from photos p
  where ${isOnPage("p")} and p.job_id = ${argument("jobId")} and p.deleted_at is null
    and case when ${argument("status")} is null then p.status <> 'DUPLICATE' else p.status = ${argument("status")} end
  order by p.photo_id desc ${slice}`)

const photosOfTag = photosIn(`
  select pt.photo_id
  from photo_tags pt, lateral (
    select deleted_at, duplicate_of from photos where photo_id = pt.photo_id offset 0) as p
  where ${isOnPage("pt")} and pt.tag_key = ${argument("tagKey")} and p.deleted_at is null and p.duplicate_of is null
  order by pt.photo_id desc ${slice}`)

const byTime = "p.taken_or_created_at desc, p.photo_id desc"

const allPhotosByTime = photosIn(photosByTime, byTime)

const photosOfRange = photosIn(photosOfRangeByTime, byTime)

function photosIn(
  page: string,
  order = "p.photo_id desc",
): Statement<PhotosPage, z.infer<typeof photosPage>> {
  return statementOf<PhotosPage>()(
    photosPage,
    `
    with ${inputOfActingUser},
    page as materialized (${page}),
    versions as (
      select md5(coalesce(string_agg(photo_id || ':' || p.version, ',' order by ${order}), '')) as tag
      from page join photos p using (photo_id)
    )
    select json_build_object('tag', tag, 'photos', case when not (doc->'knownTags' ? tag) then (
      select coalesce(json_agg(item), '[]') from (
        select p.photo_id as "photoId", p.job_id as "jobId", p.filename, p.path, p.mime_type as "mimeType", p.bytes,
          p.status, p.failure_reason as "failureReason", p.duplicate_of as "duplicateOf", p.width, p.height, p.taken_at as "takenAt",
          p.created_at as "createdAt", p.completed_at as "completedAt", coalesce(p.thumbnails, '[]') as thumbnails,
          p.thumbhash,
          ${labelsOfPhoto} as tags
        from page join photos p using (photo_id) order by ${order}) as item) end) as result
    from input, versions`,
  )
}
