/** An external dependency of this system. */
export type OutageOf = "database" | "object store" | "work queue" | "identity provider"

/** A dependency did not respond in time or could not be reached. A later attempt may succeed. */
export abstract class Outage extends Error {
  abstract readonly of: OutageOf
}

export class DatabaseUnavailable extends Outage {
  override name = "DatabaseUnavailable"
  readonly of = "database"
}

export class ObjectStoreUnavailable extends Outage {
  override name = "ObjectStoreUnavailable"
  readonly of = "object store"
}

export class WorkQueueUnavailable extends Outage {
  override name = "WorkQueueUnavailable"
  readonly of = "work queue"
}

/** The configuration or keys of a token's issuer could not be fetched. */
export class IdentityProviderUnavailable extends Outage {
  override name = "IdentityProviderUnavailable"
  readonly of = "identity provider"
}
