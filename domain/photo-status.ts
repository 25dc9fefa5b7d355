export const photoStatuses = [
  "QUEUED",
  "UPLOADING",
  "PROCESSING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
] as const

/** How far a photo is on its way from a declared file to a stored photo. */
export type PhotoStatus = (typeof photoStatuses)[number]

/**
 * What causes a transition. `lifecycle`: the upload, its processing, its owner or a time limit. `recovery`: an
 * operator's command, or an object that arrived after its photo had expired.
 */
export type TransitionCause = "lifecycle" | "recovery"

type Transitions = Record<PhotoStatus, readonly PhotoStatus[]>

/** The one state machine. Every SQL guard and every test of a transition is generated from it. */
const transitions: Record<TransitionCause, Transitions> = {
  lifecycle: {
    QUEUED: ["UPLOADING", "PROCESSING", "FAILED", "CANCELLED"],
    UPLOADING: ["PROCESSING", "FAILED", "CANCELLED"],
    PROCESSING: ["COMPLETED", "FAILED", "CANCELLED"],
    COMPLETED: [],
    FAILED: [],
    CANCELLED: [],
  },
  recovery: {
    QUEUED: [],
    UPLOADING: [],
    PROCESSING: [],
    COMPLETED: [],
    FAILED: ["PROCESSING"],
    CANCELLED: [],
  },
}

/** Whether a photo in `from` may become `to`. Remaining in a status is not a transition. */
export const canBecome = (
  from: PhotoStatus,
  to: PhotoStatus,
  cause: TransitionCause = "lifecycle",
): boolean => transitions[cause][from].includes(to)

/** The statuses from which `to` may be entered: the guard of every UPDATE. */
export const sourcesOf = (to: PhotoStatus, cause: TransitionCause = "lifecycle"): PhotoStatus[] =>
  photoStatuses.filter((from) => canBecome(from, to, cause))

/** A status in which the photo's bytes may still arrive. */
export type WaitingStatus = "QUEUED" | "UPLOADING"

/** Whether the photo's bytes may still arrive, after which it is PROCESSING. */
export const waitsForBytes = (status: PhotoStatus): status is WaitingStatus => canBecome(status, "PROCESSING")

/** Whether the photo has ended: only a recovery can change its status again. */
export const isTerminalPhoto = (status: PhotoStatus): boolean => transitions.lifecycle[status].length === 0
