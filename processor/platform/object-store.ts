import { AwsClient } from "aws4fetch"
import { z } from "zod"
import { parseS3Xml } from "../../aws/s3-xml.ts"
import type { Config } from "./config.ts"

/** S3 answered with an error or not at all: worth another try later. */
export class ObjectStoreUnavailable extends Error {
  override name = "ObjectStoreUnavailable"
}

/** What it does throws ObjectStoreUnavailable when S3 fails or is silent. */
export type ObjectStore = {
  /**
   * The object under `key`, if it still is the one with `etag`: what was checked is what is processed.
   * Null when it is gone or another.
   */
  get: (key: string, etag: string, signal: AbortSignal) => Promise<ObjectBody | null>
  put: (key: string, body: Uint8Array<ArrayBuffer>, type: string, signal: AbortSignal) => Promise<void>
  /** An object that is not there is fine. */
  remove: (key: string, signal: AbortSignal) => Promise<void>
  /** Looks at an object without fetching it; null when there is none. */
  head: (key: string, signal: AbortSignal) => Promise<{ etag: string; bytes: number } | null>
  /** A page of up to 1,000 objects under a prefix. */
  list: (prefix: string, after: string | null, signal: AbortSignal) => Promise<Listing<ListedObject>>
  /** A page of multipart uploads that are open under a prefix. */
  listUploads: (prefix: string, after: UploadMarker | null, signal: AbortSignal) => Promise<UploadListing>
  /** Forgets an upload and its parts; one that is gone already is fine. */
  abortUpload: (key: string, uploadId: string, signal: AbortSignal) => Promise<void>
}

export type ObjectBody = { bytes: number; stream: ReadableStream<Uint8Array> }
export type ListedObject = { key: string; modifiedAt: Date }
export type ListedUpload = { key: string; uploadId: string; startedAt: Date }
export type UploadMarker = { key: string; uploadId: string }
/** `next` goes into the following call; null at the end. */
export type Listing<Item> = { items: Item[]; next: string | null }
export type UploadListing = { items: ListedUpload[]; next: UploadMarker | null }

const retries = 2

/** For any one request, its body included: more than the largest photo needs. */
const timeoutMs = 120_000

export const objectStoreOf = (config: Pick<Config, "s3" | "credentials">): ObjectStore => {
  const client = new AwsClient({ ...config.credentials, service: "s3", region: config.s3.region, retries })
  const bucket = `${config.s3.endpoint.replace(/\/$/, "")}/${config.s3.bucket}`
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      const signal = AbortSignal.any([...(init.signal ? [init.signal] : []), AbortSignal.timeout(timeoutMs)])
      return await client.fetch(`${bucket}${path}`, { ...init, signal })
    } catch (error) {
      throw new ObjectStoreUnavailable(`${init.method} got no answer`, { cause: error })
    }
  }
  const failed = async (response: Response, what: string): Promise<ObjectStoreUnavailable> => {
    await response.body?.cancel()
    return new ObjectStoreUnavailable(`${what} answered ${response.status}`)
  }
  const page = async (query: Record<string, string>, signal: AbortSignal): Promise<unknown> => {
    const response = await ask(`?${new URLSearchParams(query)}`, { method: "GET", signal })
    if (!response.ok) throw await failed(response, "listing")
    return parseS3Xml(await response.text())
  }
  return {
    get: async (key, etag, signal) => {
      const response = await ask(`/${key}`, { method: "GET", headers: { "if-match": `"${etag}"` }, signal })
      if (response.ok && response.body)
        return { bytes: Number(response.headers.get("content-length")), stream: response.body }
      const error = await failed(response, "GET")
      if (response.status === 404 || response.status === 412) return null
      throw error
    },
    put: async (key, body, type, signal) => {
      const headers = { "content-type": type, "cache-control": "private, max-age=31536000, immutable" }
      const response = await ask(`/${key}`, { method: "PUT", body, headers, signal })
      if (!response.ok) throw await failed(response, "PUT")
      await response.body?.cancel()
    },
    remove: async (key, signal) => {
      const response = await ask(`/${key}`, { method: "DELETE", signal })
      if (!response.ok && response.status !== 404) throw await failed(response, "DELETE")
      await response.body?.cancel()
    },
    head: async (key, signal) => {
      const response = await ask(`/${key}`, { method: "HEAD", signal })
      if (response.status === 404) return null
      if (!response.ok) throw await failed(response, "HEAD")
      return headers.parse(Object.fromEntries(response.headers))
    },
    list: async (prefix, after, signal) => {
      const token = after === null ? {} : { "continuation-token": after }
      const answer = listed.parse(await page({ "list-type": "2", prefix, ...token }, signal)).ListBucketResult
      return { items: answer.Contents, next: answer.NextContinuationToken ?? null }
    },
    listUploads: async (prefix, after, signal) => {
      const marker: Record<string, string> = after
        ? { "key-marker": after.key, "upload-id-marker": after.uploadId }
        : {}
      const answer = uploads.parse(await page({ uploads: "", prefix, ...marker }, signal))
      const { Upload, IsTruncated, NextKeyMarker, NextUploadIdMarker } = answer.ListMultipartUploadsResult
      const hasMore = IsTruncated === "true" && NextKeyMarker && NextUploadIdMarker
      return { items: Upload, next: hasMore ? { key: NextKeyMarker, uploadId: NextUploadIdMarker } : null }
    },
    abortUpload: async (key, uploadId, signal) => {
      const response = await ask(`/${key}?${new URLSearchParams({ uploadId })}`, { method: "DELETE", signal })
      if (!response.ok && response.status !== 404) throw await failed(response, "abort")
      await response.body?.cancel()
    },
  }
}

const headers = z
  .object({ etag: z.string(), "content-length": z.coerce.number().int() })
  .transform((given) => ({ etag: given.etag.replaceAll('"', ""), bytes: given["content-length"] }))

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text))

const listed = z.object({
  // An empty element is text to the parser.
  ListBucketResult: z.preprocess(
    (value) => (typeof value === "string" ? {} : value),
    z.object({
      Contents: z
        .array(
          z
            .object({ Key: z.string(), LastModified: instant })
            .transform(({ Key, LastModified }) => ({ key: Key, modifiedAt: LastModified })),
        )
        .default([]),
      NextContinuationToken: z.string().optional(),
    }),
  ),
})

const uploads = z.object({
  ListMultipartUploadsResult: z.object({
    Upload: z
      .array(
        z
          .object({ Key: z.string(), UploadId: z.string(), Initiated: instant })
          .transform(({ Key, UploadId, Initiated }) => ({
            key: Key,
            uploadId: UploadId,
            startedAt: Initiated,
          })),
      )
      .default([]),
    IsTruncated: z.string().optional(),
    NextKeyMarker: z.string().optional(),
    NextUploadIdMarker: z.string().optional(),
  }),
})
