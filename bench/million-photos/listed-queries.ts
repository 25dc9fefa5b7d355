import type { PhotoId, UserId } from "../../domain/ids.ts"
import type { PhotoStatus } from "../../domain/photo-status.ts"
import { largestUser, ordinaryUser } from "./million-photos.ts"

/** A query of GET /queries/photos. */
export type ListedQuery = {
  name: string
  user: "largest" | "ordinary"
  userId: UserId
  /** Whether the query must find at least one photo. */
  finds: boolean
  q?: string
  tag?: string
  status?: PhotoStatus
  takenFrom?: string
  takenTo?: string
  cursor?: PhotoId
  page?: number
  size?: number
}

type Filters = Omit<ListedQuery, "name" | "user" | "userId" | "finds">

const photoId = (index: number): PhotoId => `ph_0${String(index).padStart(25, "0")}`
const tenYears = { takenFrom: "2013-01-01", takenTo: "2022-12-31" }

// Frequent and rare terms, new and old photos, one word and several, and combinations of all filters.
const matching: Filters[] = [
  {},
  { cursor: photoId(500_000) },
  { cursor: photoId(20_000) },
  { page: 19 },
  { page: 9, size: 100 },
  { q: "img" },
  { q: "jpg" },
  { q: "dsc" },
  { q: "DSC_0" },
  { q: "dsc", cursor: photoId(100_000) },
  { q: "IMG_90" },
  { q: "900" },
  { q: "777" },
  { q: "holiday" },
  { q: "oliday" },
  { q: "kyoto" },
  { q: "holiday kyoto" },
  { q: "Screenshot" },
  { q: "grandma" },
  { q: "iphone" },
  { q: "iphone 15 pro" },
  { q: "canon eos" },
  { q: "img", page: 19 },
  { q: "im" },
  { q: "i" },
  { q: "ds" },
  { q: "90" },
  { q: "ca" },
  { q: "ho ky" },
  { tag: "summer" },
  { tag: "portrait of grandma", cursor: photoId(300_000) },
  { tag: "summer", page: 19 },
  { status: "FAILED" },
  { status: "CANCELLED", page: 10 },
  { status: "UPLOADING" },
  tenYears,
  { takenFrom: "2012-01-01" },
  { takenFrom: "2016-03-07", takenTo: "2016-03-20T12:00:00" },
  { takenFrom: "2013-02-01", takenTo: "2013-11-15" },
  { ...tenYears, cursor: photoId(400_000) },
  { takenTo: "2010-12-31" },
  { q: "img", status: "FAILED" },
  { q: "holiday", tag: "summer" },
  { q: "img", ...tenYears },
  { tag: "summer", status: "COMPLETED" },
  { tag: "work", takenFrom: "2018-01-01", takenTo: "2018-12-31" },
  { status: "COMPLETED", ...tenYears },
  { q: "dsc", tag: "sea", status: "COMPLETED", takenFrom: "2013-01-01", takenTo: "2014-06-30" },
  { q: "img", tag: "cat", status: "COMPLETED", ...tenYears, page: 3 },
]

const matchingNothing: Filters[] = [
  { q: "zzzq" },
  { q: "xq" },
  { q: "qx zz" },
  { q: "img dsc" },
  { q: "holiday screenshot" },
  { q: "imgapple" },
  { q: "IMG_90550_edited.jpg" },
  { q: "kyoto canon 777" },
  { q: "holiday norway 01 wedding birthday garden snow" },
  { tag: "no such tag" },
  { status: "QUEUED" },
  { takenFrom: "2030-01-01" },
  { q: "img", takenTo: "2003-12-31" },
  { q: "dsc", tag: "summer", takenFrom: "2024-01-01" },
  { tag: "summer", status: "UPLOADING" },
]

const ordinary: Filters[] = [
  {},
  { q: "img" },
  { q: "jpg" },
  { q: "im" },
  { q: "apple" },
  { tag: "summer" },
  tenYears,
  { q: "img", tag: "family", ...tenYears },
]

const nameOf = (filters: Filters): string => {
  const parameters = Object.entries(filters).map(([name, value]) => `${name}=${value}`)
  return parameters.length > 0 ? parameters.join(" ") : "all"
}

const listed = (filters: Filters, finds: boolean, user: "largest" | "ordinary"): ListedQuery => ({
  name: nameOf(filters),
  user,
  userId: user === "largest" ? largestUser : ordinaryUser,
  finds,
  ...filters,
})

/** The queries of the benchmark `queries`. */
export const listedQueries: readonly ListedQuery[] = [
  ...matching.map((filters) => listed(filters, true, "largest")),
  ...matchingNothing.map((filters) => listed(filters, false, "largest")),
  ...ordinary.map((filters) => listed(filters, true, "ordinary")),
]
