export const photoStatuses = [
  "QUEUED",
  "UPLOADING",
  "PROCESSING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "DUPLICATE",
] as const

/** The status of a photo, from a declared file to a stored photo. */
export type PhotoStatus = (typeof photoStatuses)[number]

/**
 * What causes a transition. `lifecycle`: the upload, its processing, its owner or a time limit. `recovery`: an
 * operator's command, or an object that arrived after its photo had expired. `originalLost`: the photo that a duplicate
 * repeats has failed or was cancelled, so that its bytes are not stored.
 */
export type TransitionCause = "lifecycle" | "recovery" | "originalLost"

type Transitions = Record<PhotoStatus, readonly PhotoStatus[]>

/** The state machine. Every SQL guard and every test of a transition is generated from it. */
const transitions: Record<TransitionCause, Transitions> = {
  lifecycle: {
    QUEUED: ["UPLOADING", "PROCESSING", "FAILED", "CANCELLED", "DUPLICATE"],
    UPLOADING: ["PROCESSING", "FAILED", "CANCELLED", "DUPLICATE"],
    PROCESSING: ["COMPLETED", "FAILED", "CANCELLED"],
    COMPLETED: [],
    FAILED: [],
    CANCELLED: [],
    DUPLICATE: [],
  },
  recovery: {
    QUEUED: [],
    UPLOADING: [],
    PROCESSING: [],
    COMPLETED: [],
    FAILED: ["PROCESSING"],
    CANCELLED: [],
    DUPLICATE: [],
  },
  originalLost: {
    QUEUED: [],
    UPLOADING: [],
    PROCESSING: [],
    COMPLETED: [],
    FAILED: [],
    CANCELLED: [],
    DUPLICATE: ["QUEUED", "CANCELLED"],
  },
}

/** Whether a photo may change from `from` to `to`. Keeping the same status is not a transition. */
export const canBecome = (
  from: PhotoStatus,
  to: PhotoStatus,
  cause: TransitionCause = "lifecycle",
): boolean => transitions[cause][from].includes(to)

/** Returns the statuses that may change to `to`. The guard of every UPDATE uses them. */
export const sourcesOf = (to: PhotoStatus, cause: TransitionCause = "lifecycle"): PhotoStatus[] =>
  photoStatuses.filter((from) => canBecome(from, to, cause))

export const pendingStatuses = ["QUEUED", "UPLOADING"] as const

/** A status of a photo that is not uploaded yet. */
export type PendingStatus = (typeof pendingStatuses)[number]

/** Whether the photo is not uploaded yet. Only such a photo can become PROCESSING. */
export const isUploadPending = (status: PhotoStatus): status is PendingStatus =>
  canBecome(status, "PROCESSING")

/** Whether the status is terminal: only a recovery, or the loss of a duplicate's original, can change it again. */
export const isTerminalPhoto = (status: PhotoStatus): boolean => transitions.lifecycle[status].length === 0
