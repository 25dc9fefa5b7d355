import * as z from "zod"
import { parseS3Xml } from "../../../aws/s3-xml.ts"
import type { StoredObject } from "../../../domain/object-ref.ts"
import type { SendS3Request } from "./s3-request.ts"
import { etagText } from "./stored-object.ts"

export type ListRange = {
  /** Only keys with this prefix. */
  prefix: string
  /** Only keys after this one. It does not have to exist. */
  startAfter: string
  /** Only keys up to and including this one. */
  endAt: string
  /** Maximum number of keys to list. */
  maxKeys: number
}

/** The maximum number of keys per page; S3 may return fewer. */
const maxKeysPerPage = 1000

/** Lists the objects of a range of keys: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listObjects =
  (send: SendS3Request) =>
  async ({ prefix, startAfter, endAt, maxKeys }: ListRange): Promise<StoredObject[]> => {
    const objects: StoredObject[] = []
    for (let token: string | undefined; ; ) {
      const query = {
        "list-type": "2",
        prefix,
        "start-after": startAfter,
        "max-keys": String(Math.min(maxKeys - objects.length, maxKeysPerPage)),
        ...(token !== undefined && { "continuation-token": token }),
      }
      const response = await send({ method: "GET", key: "", query, expected: [200] })
      const { Contents, NextContinuationToken } = listing.parse(
        parseS3Xml(await response.text()),
      ).ListBucketResult
      const inRange = Contents.filter(({ key }) => key <= endAt)
      objects.push(...inRange)
      const isPastEnd = inRange.length < Contents.length || objects.length >= maxKeys
      if (isPastEnd || NextContinuationToken === undefined) return objects
      token = NextContinuationToken
    }
  }

const listedObject = z
  .object({ Key: z.string(), Size: z.coerce.number().int(), ETag: etagText })
  .transform(({ Key, Size, ETag }) => ({ key: Key, bytes: Size, etag: ETag }))

const listing = z.object({
  ListBucketResult: z.object({
    Contents: z.array(listedObject).default([]),
    NextContinuationToken: z.string().optional(),
  }),
})
