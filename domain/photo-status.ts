export const photoStatuses = [
  "QUEUED",
  "UPLOADING",
  "PROCESSING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
] as const

/** Where a photo stands on its way from "promised" to "safe, refused or given up". */
export type PhotoStatus = (typeof photoStatuses)[number]

/** The one state machine. Every SQL guard and every test of a transition is generated from it. */
const transitions = {
  QUEUED: ["UPLOADING", "PROCESSING", "FAILED", "CANCELLED"],
  UPLOADING: ["PROCESSING", "FAILED", "CANCELLED"],
  PROCESSING: ["COMPLETED", "FAILED", "CANCELLED"],
  COMPLETED: [],
  FAILED: [],
  CANCELLED: [],
} as const satisfies Record<PhotoStatus, readonly PhotoStatus[]>

/** Whether a photo in `from` may become `to`. Staying where one is is not a transition. */
export const canBecome = (from: PhotoStatus, to: PhotoStatus): boolean =>
  (transitions[from] as readonly PhotoStatus[]).includes(to)

/** The statuses from which `to` may be entered: the guard of every UPDATE. */
export const sourcesOf = (to: PhotoStatus): PhotoStatus[] =>
  photoStatuses.filter((from) => canBecome(from, to))

/** Whether a photo's bytes may still come, after which it is PROCESSING. */
export const waitsForBytes = (status: PhotoStatus): boolean => canBecome(status, "PROCESSING")

/** A terminal photo never changes again. */
export const isTerminalPhoto = (status: PhotoStatus): boolean => transitions[status].length === 0
