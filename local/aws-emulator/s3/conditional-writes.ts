import type { ObjectAddress } from "./address.ts"
import { S3RequestError } from "./s3-error.ts"
import type { Headers } from "./s3-request.ts"
import type { ObjectFacts } from "./upstream.ts"

/** Runs a write if the conditions of its request hold. @throws S3RequestError otherwise */
export type ConditionalWrites = <T>(
  address: ObjectAddress,
  headers: Headers,
  write: () => Promise<T>,
) => Promise<T>

/**
 * Enforces `If-None-Match: *` and `If-Match` on writes, which fauxqs ignores. If one of two concurrent writes of a key has
 * a condition, the later write is rejected, so that the condition holds until the object is stored.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * @param headOf returns the stored object
 */
export const conditionalWrites = (
  headOf: (address: ObjectAddress) => Promise<ObjectFacts | null>,
): ConditionalWrites => {
  const inProgress = new Set<{ name: string; isConditional: boolean }>()
  return async (address, headers, write) => {
    const current = { name: `${address.bucket}/${address.key}`, isConditional: isConditional(headers) }
    const concurrent = [...inProgress].filter(({ name }) => name === current.name)
    if (concurrent.some((other) => other.isConditional || current.isConditional))
      throw new S3RequestError(
        "ConditionalRequestConflict",
        "The conditional request cannot succeed due to a conflicting operation against this resource.",
      )
    // Before the first await, so that a concurrent write always finds this one.
    inProgress.add(current)
    try {
      if (current.isConditional) assertHolds(headers, await headOf(address))
      return await write()
    } finally {
      inProgress.delete(current)
    }
  }
}

const isConditional = (headers: Headers): boolean =>
  headers["if-none-match"] !== undefined || headers["if-match"] !== undefined

const assertHolds = (headers: Headers, stored: ObjectFacts | null): void => {
  const { "if-none-match": ifNoneMatch, "if-match": ifMatch } = headers
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*")
    throw new S3RequestError("NotImplemented", "If-None-Match of a write must be *")
  if (ifNoneMatch === "*" && stored) throw preconditionFailed("If-None-Match")
  if (ifMatch === undefined) return
  if (!stored) throw new S3RequestError("NoSuchKey", "The specified key does not exist.")
  if (ifMatch.replaceAll('"', "") !== stored.etag) throw preconditionFailed("If-Match")
}

const preconditionFailed = (condition: string) =>
  new S3RequestError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    Condition: condition,
  })
