import { type PhotoStatus, sourcesOf, type TransitionCause } from "../domain/photo-status.ts"

/**
 * The guard of an UPDATE that brings a photo to `to`: true only where the state machine allows it.
 * Requires: `column` names the photo's present status.
 */
export const mayBecome = (to: PhotoStatus, column = "status", cause: TransitionCause = "lifecycle"): string =>
  `${column} = any (array[${sourcesOf(to, cause)
    .map((status) => `'${status}'`)
    .join(", ")}])`
