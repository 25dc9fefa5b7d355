import type { Readable } from "node:stream"
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3"
import * as z from "zod"
import type { ObjectRef, StoredObject } from "../../domain/object-ref.ts"
import { s3ClientConfig } from "./aws-client.ts"
import type { Config } from "./config.ts"
import { ObjectStoreUnavailable } from "./outage.ts"

/** The S3 operations of the processor. Every method throws ObjectStoreUnavailable when S3 fails or does not respond in time. */
export type ObjectStore = {
  /**
   * Gets the object if its ETag is still the same, so that the checked object is the processed one.
   * Null when it was removed or replaced.
   */
  get: (object: ObjectRef, signal: AbortSignal) => Promise<ObjectBody | null>
  put: (key: string, body: Uint8Array<ArrayBuffer>, type: string, signal: AbortSignal) => Promise<void>
  /** Removes an object. Has no effect when it does not exist. */
  remove: (key: string, signal: AbortSignal) => Promise<void>
  /** The ETag and size of an object; null when there is none. */
  head: (key: string, signal: AbortSignal) => Promise<StoredObject | null>
  /** A page of up to 1,000 objects under a prefix. */
  list: (prefix: string, after: string | null, signal: AbortSignal) => Promise<Listing<ListedObject>>
  /** A page of the open multipart uploads under a prefix. */
  listUploads: (prefix: string, after: UploadMarker | null, signal: AbortSignal) => Promise<UploadListing>
  /** Aborts an upload and removes its parts. Has no effect when it does not exist. */
  abortUpload: (key: string, uploadId: string, signal: AbortSignal) => Promise<void>
  close: () => void
}

/** `stream` must be read to its end or destroyed. It emits network errors. */
export type ObjectBody = { bytes: number; stream: Readable }
export type ListedObject = { key: string; modifiedAt: Date }
export type ListedUpload = { key: string; uploadId: string; startedAt: Date }
export type UploadMarker = { key: string; uploadId: string }
/** Pass `next` to the next call; null at the end. */
export type Listing<Item> = { items: Item[]; next: string | null }
export type UploadListing = { items: ListedUpload[]; next: UploadMarker | null }

/** From a request to its response headers. The caller's signal limits the whole request, including the body. */
const requestTimeoutMs = 30_000

export const objectStoreOf = ({
  s3: { endpoint, region, bucket: Bucket },
}: Pick<Config, "s3">): ObjectStore => {
  const client = new S3Client(s3ClientConfig({ region, endpoint, requestTimeoutMs }))
  return {
    get: async ({ key, etag }, signal) => {
      const command = new GetObjectCommand({ Bucket, Key: key, IfMatch: `"${etag}"` })
      const response = await nullOnStatus(
        [404, 412],
        "GetObject",
        client.send(command, { abortSignal: signal }),
      )
      return response && { bytes: z.number().parse(response.ContentLength), stream: bodyOf(response.Body) }
    },
    put: async (key, body, type, signal) => {
      const command = new PutObjectCommand({
        Bucket,
        Key: key,
        Body: body,
        ContentType: type,
        CacheControl: "private, max-age=31536000, immutable",
      })
      await nullOnStatus([], "PutObject", client.send(command, { abortSignal: signal }))
    },
    remove: async (key, signal) => {
      const command = new DeleteObjectCommand({ Bucket, Key: key })
      await nullOnStatus([404], "DeleteObject", client.send(command, { abortSignal: signal }))
    },
    head: async (key, signal) => {
      const command = new HeadObjectCommand({ Bucket, Key: key })
      const response = await nullOnStatus([404], "HeadObject", client.send(command, { abortSignal: signal }))
      return response && { key, ...headResponse.parse(response) }
    },
    list: async (prefix, after, signal) => {
      const command = new ListObjectsV2Command({
        Bucket,
        Prefix: prefix,
        ...(after !== null && { ContinuationToken: after }),
      })
      const response = await nullOnStatus([], "ListObjectsV2", client.send(command, { abortSignal: signal }))
      const { Contents, NextContinuationToken } = objectPage.parse(response)
      return { items: Contents, next: NextContinuationToken ?? null }
    },
    listUploads: async (prefix, after, signal) => {
      const command = new ListMultipartUploadsCommand({
        Bucket,
        Prefix: prefix,
        ...(after && { KeyMarker: after.key, UploadIdMarker: after.uploadId }),
      })
      const response = await nullOnStatus(
        [],
        "ListMultipartUploads",
        client.send(command, { abortSignal: signal }),
      )
      const { Uploads, IsTruncated, NextKeyMarker, NextUploadIdMarker } = uploadPage.parse(response)
      const hasMore = IsTruncated && NextKeyMarker && NextUploadIdMarker
      return { items: Uploads, next: hasMore ? { key: NextKeyMarker, uploadId: NextUploadIdMarker } : null }
    },
    abortUpload: async (key, uploadId, signal) => {
      const command = new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId })
      await nullOnStatus([404], "AbortMultipartUpload", client.send(command, { abortSignal: signal }))
    },
    close: () => client.destroy(),
  }
}

/** The response, or null for one of the `expected` statuses. @throws ObjectStoreUnavailable for every other failure */
const nullOnStatus = async <Response>(
  expected: readonly number[],
  operation: string,
  response: Promise<Response>,
): Promise<Response | null> => {
  try {
    return await response
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
    if (status !== undefined && expected.includes(status)) return null
    throw new ObjectStoreUnavailable(`${operation} ${status ? `returned ${status}` : "got no response"}`, {
      cause: error,
    })
  }
}

const bodyOf = (body: unknown): Readable => {
  const stream = readable.safeParse(body)
  if (!stream.success) throw new ObjectStoreUnavailable("GetObject returned no body")
  return stream.data
}

const readable = z.custom<Readable>((value) => value !== null && typeof value === "object" && "pipe" in value)

const headResponse = z
  .object({ ETag: z.string(), ContentLength: z.number().int() })
  .transform(({ ETag, ContentLength }) => ({ etag: ETag.replaceAll('"', ""), bytes: ContentLength }))

const objectPage = z.object({
  Contents: z
    .array(
      z
        .object({ Key: z.string(), LastModified: z.date() })
        .transform(({ Key, LastModified }) => ({ key: Key, modifiedAt: LastModified })),
    )
    .default([]),
  NextContinuationToken: z.string().optional(),
})

const uploadPage = z.object({
  Uploads: z
    .array(
      z
        .object({ Key: z.string(), UploadId: z.string(), Initiated: z.date() })
        .transform(({ Key, UploadId, Initiated }) => ({
          key: Key,
          uploadId: UploadId,
          startedAt: Initiated,
        })),
    )
    .default([]),
  IsTruncated: z.boolean().optional(),
  NextKeyMarker: z.string().optional(),
  NextUploadIdMarker: z.string().optional(),
})
