import { monotonicFactory, ulid as randomUlid } from "ulid"
import type { JobId, PhotoId, UserId } from "../domain/ids.ts"
import type { EndpointId } from "../domain/webhook-endpoint.ts"

// Monotonic within an isolate, so that ids created in the same millisecond sort in the order of their creation.
const ulid = monotonicFactory()

export const newId = {
  user: (): UserId => `usr_${ulid()}`,
  /** Random and not monotonic: the ids directly after a job's belong to its photos (see photoIdAt). */
  job: (): JobId => `job_${randomUlid()}`,
  photo: (): PhotoId => `ph_${ulid()}`,
  endpoint: (): EndpointId => `whk_${ulid()}`,
  /** The family of all refresh tokens of one sign-in. */
  family: (): string => `fam_${ulid()}`,
  /** `jti` of an access token. */
  token: (): string => `tok_${ulid()}`,
}
