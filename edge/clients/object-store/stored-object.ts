import * as z from "zod"
import type { SendS3Request } from "./s3-request.ts"

export type StoredObject = { etag: string; bytes: number }

/** Looks at an object without fetching it. */
export const headObject =
  (send: SendS3Request) =>
  async (key: string): Promise<StoredObject | null> => {
    const response = await send({ method: "HEAD", key, expected: [200, 404] })
    if (response.status === 404) return null
    const { etag, "content-length": bytes } = objectHeaders.parse(Object.fromEntries(response.headers))
    return { etag, bytes }
  }

const objectHeaders = z.object({
  etag: z.string().transform((quoted) => quoted.replaceAll('"', "")),
  "content-length": z.coerce.number().int().nonnegative(),
})
