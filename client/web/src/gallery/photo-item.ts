import type { ListPhotosResponse } from "rapid-photo-upload-sdk"

/** A photo of the list. */
export type PhotoItem = ListPhotosResponse["items"][number]

/** How many photos a month has: "2024-05". */
export type MonthCount = { month: string; count: number }

/** The month of a photo: of its capture, or of its upload if the camera recorded none. */
export const monthOf = ({ takenAt, createdAt }: Pick<PhotoItem, "takenAt" | "createdAt">): string =>
  (takenAt ?? createdAt).slice(0, 7)
