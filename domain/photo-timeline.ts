import { photoStatuses } from "./photo-status.ts"

/** The kinds of timeline entries: a status that the photo entered, or another event. */
export const timelineKinds = [
  ...photoStatuses,
  /** The processor started an attempt. */
  "ATTEMPT_STARTED",
  /** An attempt failed because of a temporary error. */
  "ATTEMPT_FAILED",
  /** A FAILED photo is processed again. */
  "REPROCESSING",
  /** The original of a duplicate was lost, so that the photo waits for its upload again. */
  "REQUEUED",
  "DELETED",
] as const
