import type * as z from "zod"
import { matchingPhotos, type PhotoFilters } from "../../../db/photo-search-sql.ts"
import { inputOfActingUser, type Statement, statementOf } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import { listPhotoMonthsResponse } from "./schema.ts"

type MonthsInput = PhotoFilters & { userId: UserId }

const months = listPhotoMonthsResponse.shape.items

/**
 * Counts the user's photos per month, newest month first: by the capture time, or by the upload time of a photo without
 * one. Without filters the counts are stored (docs/decisions/0030-photos-by-capture-time.md); otherwise every match is read.
 */
export const selectPhotoMonths = (filters: PhotoFilters): Statement<MonthsInput, z.infer<typeof months>> => {
  const { tagKey, q, status, takenFrom, takenTo } = filters
  if (tagKey !== null || q !== null || status !== null) return monthsIn(countOf(matchingPhotos(filters)))
  return takenFrom !== null || takenTo !== null ? monthsOfRange : allMonths
}

const countOf = (photos: string) => `
  select left(taken_or_created_at, 7) as month, count(*) as count from (${photos}) as found group by month`

const allMonths = monthsIn(`
  select month, photo_count as count from photo_months
  where user_id = $1::jsonb->>'userId' and photo_count > 0`)

const monthsOfRange = monthsIn(
  countOf(`
    select taken_at as taken_or_created_at from photos
    where user_id = $1::jsonb->>'userId' and deleted_at is null
      and taken_at >= coalesce($1::jsonb->>'takenFrom', '') and taken_at <= coalesce($1::jsonb->>'takenTo', '~')`),
)

function monthsIn(counted: string): Statement<MonthsInput, z.infer<typeof months>> {
  return statementOf<MonthsInput>()(
    months,
    `
    with ${inputOfActingUser}
    select coalesce(json_agg(json_build_object('month', month, 'count', count) order by month desc), '[]') as result
    -- Joined with the input, so that a disabled user gets nothing.
    from input left join (${counted}) as counted on true where month is not null`,
  )
}
