import { type PhotoStatus, sourcesOf, type TransitionCause } from "../domain/photo-status.ts"

/**
 * Returns the SQL guard of an UPDATE that sets a photo to `to`: true only if the state machine allows the transition.
 * Requires: `column` contains the current status of the photo.
 */
export const mayBecome = (to: PhotoStatus, column = "status", cause: TransitionCause = "lifecycle"): string =>
  `${column} = any (array[${sourcesOf(to, cause)
    .map((status) => `'${status}'`)
    .join(", ")}])`
