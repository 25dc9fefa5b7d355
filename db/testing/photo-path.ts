import { type EventType, eventOfEntering } from "../../domain/events.ts"
import {
  canBecome,
  type PhotoStatus,
  photoStatuses,
  type TransitionCause,
} from "../../domain/photo-status.ts"

type Step = { to: PhotoStatus; cause: TransitionCause; event: EventType }

/** The transitions that the entries of a timeline record. */
export const pathOf = (kinds: readonly string[]): Step[] =>
  kinds.flatMap((kind): Step[] => {
    if (kind === "REPROCESSING") return [{ to: "PROCESSING", cause: "recovery", event: "PhotoReprocessing" }]
    if (kind === "REQUEUED") return [{ to: "QUEUED", cause: "originalLost", event: "PhotoRequeued" }]
    const to = photoStatuses.find((status) => status === kind)
    return to ? [{ to, cause: "lifecycle", event: eventOfEntering[to] }] : []
  })

/** The status at the end of a path. @throws Error for a transition that the state machine does not allow */
export const endOf = (path: readonly Step[]): PhotoStatus => {
  let at: PhotoStatus = "QUEUED"
  for (const { to, cause } of path) {
    // A duplicate is cancelled with its job because its original is lost.
    const isLegal = canBecome(at, to, cause) || (at === "DUPLICATE" && canBecome(at, to, "originalLost"))
    if (!isLegal) throw new Error(`${at} became ${to} by ${cause}`)
    at = to
  }
  return at
}

/** The events of a path. A photo that is created as a duplicate is never queued. */
export const eventsOf = (path: readonly Step[], isCreatedAsDuplicate: boolean): EventType[] => [
  ...(isCreatedAsDuplicate ? [] : ["PhotoQueued" as const]),
  ...path.map(({ event }) => event),
]
