import * as z from "zod"
import { type BucketPolicy, type Taken, takeToken } from "./token-bucket.ts"

const storedLevel = z.object({ tokens: z.number(), at: z.number() })

/**
 * Takes a token from a bucket in the storage of a Durable Object. It is not kept in memory, because an idle object is
 * evicted after seconds.
 */
export const takeStoredToken = async (
  storage: DurableObjectStorage,
  key: string,
  policy: BucketPolicy,
): Promise<Omit<Taken, "level">> => {
  const known = storedLevel.safeParse(await storage.get(key))
  const { level, ...limit } = takeToken(known.data, policy, Date.now())
  await storage.put(key, level)
  return limit
}
