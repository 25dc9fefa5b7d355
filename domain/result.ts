/** An expected outcome as a value: expected failures are returned, bugs and outages throw. */
export type Result<T, E> = { ok: true; value: T } | { ok: false; error: E }

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value })
export const err = <E>(error: E): Result<never, E> => ({ ok: false, error })

/** The user owns no resource with this id. */
export type NotFound = { reason: "not_found" }
