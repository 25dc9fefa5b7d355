import { monotonicFactory } from "ulid"
import type { JobId, PhotoId, UserId } from "../domain/ids.ts"
import type { EndpointId } from "../domain/webhook-endpoint.ts"

// Monotonic within an isolate: the photos of a job sort in the order in which its files were announced.
const ulid = monotonicFactory()

export const newId = {
  user: (): UserId => `usr_${ulid()}`,
  job: (): JobId => `job_${ulid()}`,
  photo: (): PhotoId => `ph_${ulid()}`,
  endpoint: (): EndpointId => `whk_${ulid()}`,
  /** Of refresh tokens that descend from one sign-in. */
  family: (): string => `fam_${ulid()}`,
  /** `jti` of an access token. */
  token: (): string => `tok_${ulid()}`,
}
