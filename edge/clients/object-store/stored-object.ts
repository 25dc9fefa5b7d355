import * as z from "zod"
import type { StoredObject } from "../../../domain/object-ref.ts"
import type { SendS3Request } from "./s3-request.ts"

/** An entity tag as S3 writes it into headers and XML, without its quotes. */
export const etagText = z.string().transform((etag) => etag.replaceAll(/"|&quot;/g, ""))

/** Reads the metadata of an object. */
export const headObject =
  (send: SendS3Request) =>
  async (key: string): Promise<StoredObject | null> => {
    const response = await send({ method: "HEAD", key, expected: [200, 404] })
    if (response.status === 404) return null
    const { etag, "content-length": bytes } = objectHeaders.parse(Object.fromEntries(response.headers))
    return { key, etag, bytes }
  }

const objectHeaders = z.object({
  etag: etagText,
  "content-length": z.coerce.number().int().nonnegative(),
})
