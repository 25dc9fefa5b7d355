import { batch, effect, signal } from "@preact/signals"
import type { ListPhotosResponse, PhotoFilters } from "rapid-photo-upload-sdk"
import { problemText } from "../session/problem-text.ts"
import { api, session } from "../session/session.ts"
import { filter, filterParameters, type PhotoFilter } from "./photo-filter.ts"
import { type MonthCount, monthOf, type PhotoItem } from "./photo-item.ts"

const pageSize = 100

/** The loaded photos, newest capture first. */
export const photos = signal<readonly PhotoItem[]>([])
export const months = signal<readonly MonthCount[]>([])
export const hasMore = signal(true)
export const isLoading = signal(false)
/** Why the last page could not be read; empty if it was. */
export const loadFailure = signal("")

let cursor: string | null = null
// Responses of an earlier filter are ignored.
let generation = 0

/** The gallery shows stored photos only. */
const filters = (): PhotoFilters => ({ ...filterParameters(filter.peek()), status: "COMPLETED" })

const readPage = (after: string | null): Promise<ListPhotosResponse> =>
  api.listPhotos({ ...filters(), sort: "taken", size: pageSize, ...(after !== null && { cursor: after }) })

/** Reads the next page, unless one is being read. */
export const loadMore = async (): Promise<void> => {
  if (isLoading.peek() || !hasMore.peek()) return
  const mine = generation
  isLoading.value = true
  try {
    const page = await readPage(cursor)
    if (mine !== generation) return
    cursor = page.nextCursor
    batch(() => {
      photos.value = [...photos.peek(), ...page.items]
      hasMore.value = page.nextCursor !== null
      loadFailure.value = ""
    })
  } catch (error) {
    if (mine === generation)
      batch(() => {
        loadFailure.value = problemText(error)
        hasMore.value = false
      })
  } finally {
    if (mine === generation) isLoading.value = false
  }
}

/** Reads the list from the start. The old photos stay until the new ones are there. */
export const reloadPhotos = async (): Promise<void> => {
  generation += 1
  const mine = generation
  isLoading.value = true
  try {
    const [page, counts] = await Promise.all([readPage(null), api.listPhotoMonths(filters())])
    if (mine !== generation) return
    cursor = page.nextCursor
    batch(() => {
      photos.value = page.items
      months.value = counts.items
      hasMore.value = page.nextCursor !== null
      loadFailure.value = ""
    })
  } catch (error) {
    if (mine === generation) loadFailure.value = problemText(error)
  } finally {
    if (mine === generation) isLoading.value = false
  }
}

/** The pause between two attempts to get new links, in ms. */
const refreshMs = 30_000
let refreshedAt = 0

/** Reads the list again because a link to a thumbnail has expired. */
export const refreshLinks = (): void => {
  if (Date.now() - refreshedAt < refreshMs) return
  refreshedAt = Date.now()
  void reloadPhotos()
}

/** Applies a change that the server has confirmed to the loaded photos. */
export const changePhotos = (
  photoIds: ReadonlySet<string>,
  change: (photo: PhotoItem) => PhotoItem,
): void => {
  photos.value = photos.peek().map((photo) => (photoIds.has(photo.photoId) ? change(photo) : photo))
}

/** Removes deleted photos from the list and from the counts. */
export const removePhotos = (photoIds: ReadonlySet<string>): void => {
  const removed = photos.peek().filter(({ photoId }) => photoIds.has(photoId))
  batch(() => {
    photos.value = photos.peek().filter(({ photoId }) => !photoIds.has(photoId))
    months.value = months.peek().flatMap(({ month, count }) => {
      const left = count - removed.filter((photo) => monthOf(photo) === month).length
      return left > 0 ? [{ month, count: left }] : []
    })
  })
}

let lastFilter: PhotoFilter | null = null
effect(() => {
  if (session.value !== "signedIn" || filter.value === lastFilter) return
  lastFilter = filter.value
  void reloadPhotos()
})
