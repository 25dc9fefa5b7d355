import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"

export const getDownloadUrlParams = z.object({ photoId: z.string().refine(isPhotoId) })

export const getDownloadUrlQuery = z.object({
  variant: z.enum(["original", "1024", "256"]).default("original"),
})

export const downloadUrlResponse = z.object({
  photoId: z.string(),
  variant: z.enum(["original", "1024", "256"]),
  /** A GET of this URL needs no credentials until `expiresAt`. */
  url: z.url(),
  expiresAt: z.iso.datetime(),
  /** The filename that a browser saves. */
  filename: z.string(),
  contentType: z.string(),
})

export type DownloadUrlResponse = z.infer<typeof downloadUrlResponse>
