import * as z from "zod"
import { failureReasons } from "../../../domain/failure-reason.ts"
import { isJobId, isPhotoId, type PhotoId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { linkedThumbnail, storedThumbnail } from "../../clients/object-store/thumbnail-links.ts"
import { instant } from "../../http/instant.ts"
import { listQuery, pageFacts } from "../../http/page.ts"
import { photoFilters } from "../../http/photo-filters.ts"

/** The order of a list of photos. */
export const photoSorts = ["uploaded", "taken"] as const

/** The place in a list by time of capture where a page ends: the time and the id of its last photo. */
export type TimePlace = `${string}~${PhotoId}`

const timePlace = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d~(ph_\w+)$/

const isPlace = (text: string): text is PhotoId | TimePlace =>
  isPhotoId(text) || isPhotoId(timePlace.exec(text)?.[1] ?? "")

const sort = z
  .enum(photoSorts)
  .default("uploaded")
  .describe(
    "`uploaded`: newest upload first. `taken`: newest capture time first; a photo without one sorts by its upload time in UTC.",
  )

const jobId = z
  .string()
  .refine(isJobId, "must be a job id")
  .optional()
  .describe("Photos of this upload job. Can be combined with `status` only.")

export const listPhotosQuery = listQuery(isPlace, { ...photoFilters, jobId, sort }).check((context) => {
  const { jobId: wanted, q, tag, takenFrom, takenTo } = context.value
  if (wanted !== undefined && (q ?? tag ?? takenFrom ?? takenTo ?? context.value.sort) !== "uploaded")
    context.issues.push({
      code: "custom",
      path: ["jobId"],
      message: "can be combined with `status` only",
      input: wanted,
    })
  const { sort, cursor } = context.value
  if (cursor === undefined || cursor.includes("~") === (sort === "taken")) return
  context.issues.push({
    code: "custom",
    path: ["cursor"],
    message: "must be the nextCursor of a response with the same sort",
    input: cursor,
  })
})

export const storedPhotoSummary = z.object({
  photoId: z.string().refine(isPhotoId),
  jobId: z.string(),
  filename: z.string(),
  path: z.string().nullable(),
  mimeType: z.string(),
  bytes: z.number().int(),
  status: z.enum(photoStatuses),
  failureReason: z.enum(failureReasons).nullable(),
  duplicateOf: z.string().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** Local time of capture; cameras rarely record the zone. */
  takenAt: z.string().nullable(),
  tags: z.array(z.string()),
  createdAt: instant,
  completedAt: instant.nullable(),
  thumbnails: z.array(storedThumbnail),
  /** ThumbHash of the upright photo, in base64, to show while a thumbnail loads. */
  thumbhash: z.string().nullable(),
})

export const listPhotosResponse = z.object({
  items: z.array(
    storedPhotoSummary.extend({
      createdAt: z.iso.datetime(),
      completedAt: z.iso.datetime().nullable(),
      thumbnails: z.array(linkedThumbnail),
    }),
  ),
  ...pageFacts,
})

export type ListPhotosResponse = z.infer<typeof listPhotosResponse>
