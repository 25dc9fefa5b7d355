import type { Checksum } from "../../../domain/checksum.ts"
import type { PlannedPart } from "../../../domain/multipart.ts"
import type { StoredObject } from "../../../domain/object-ref.ts"
import type { Config } from "../../config.ts"
import { checksumToBase64 } from "./checksum-text.ts"
import { type ListRange, listObjects } from "./list-objects.ts"
import { multipartOf, type StoredPart } from "./multipart.ts"
import { presignerOf } from "./presign.ts"
import { s3RequestsOf } from "./s3-request.ts"
import { headObject } from "./stored-object.ts"

/** A request to S3 that needs no credentials until `expiresAt`. */
export type PresignedRequest = {
  method: "PUT"
  url: string
  headers: Record<string, string>
  expiresAt: Date
}

/** The properties that an object must have for its presigned PUT to be accepted. */
export type ExpectedObject = { key: string; type: string; bytes: number; sha256: Checksum | null }

/** The headers S3 sends with a download. */
export type Presentation = { contentType: string; contentDisposition: string }

/** The S3 operations of the edge: presigned URLs, computed in process, and metadata requests. The edge never reads an object. */
export type ObjectStore = {
  presignPut: (expected: ExpectedObject) => Promise<PresignedRequest>
  /** Returns the same URL for a limited time, so that caches and ETags of responses with the URL stay valid. */
  presignGet: (key: string, presentation?: Presentation) => Promise<{ url: string; expiresAt: Date }>
  /** With `sha256` (lower-case hex) the URL accepts only a part with this hash. */
  presignPart: (
    key: string,
    uploadId: string,
    part: PlannedPart & { sha256: Checksum | null },
  ) => Promise<PresignedRequest>
  /** Returns the metadata of the object under `key`, or null. */
  head: (key: string) => Promise<StoredObject | null>
  /** Lists the objects of a range of keys, in the order of their keys. */
  list: (range: ListRange) => Promise<StoredObject[]>
  /** Opens a multipart upload and returns its id. With part checksums S3 rejects a part without its SHA-256. */
  createMultipart: (key: string, type: string, hasPartChecksums: boolean) => Promise<string>
  /** Lists the parts stored so far; null when the upload does not exist. */
  listParts: (key: string, uploadId: string) => Promise<StoredPart[] | null>
  /** Completes the upload. Returns false when it no longer exists and a new one has to be opened. */
  completeMultipart: (key: string, uploadId: string, parts: readonly StoredPart[]) => Promise<boolean>
  /** Aborts the upload and removes its parts. Aborting an unknown upload has no effect. */
  abortMultipart: (key: string, uploadId: string) => Promise<void>
}

/** Opens the object storage. Methods that call S3 throw ObjectStoreUnavailable when S3 does not respond in time. */
export const objectStoreOf = (config: Config, now: () => Date = () => new Date()): ObjectStore => {
  const presign = presignerOf(config, now)
  const request = s3RequestsOf(config)
  return {
    presignPut: async (expected) => {
      const headers = headersOf(expected)
      return {
        method: "PUT",
        headers,
        ...(await presign("PUT", expected.key, { ttlSeconds: config.uploadUrlTtlSeconds, headers })),
      }
    },
    presignPart: async (key, uploadId, { partNumber, bytes, sha256 }) => {
      const headers = { "content-length": String(bytes), ...checksumHeader(sha256) }
      const query = { partNumber: String(partNumber), uploadId }
      return {
        method: "PUT",
        headers,
        ...(await presign("PUT", key, { ttlSeconds: config.uploadUrlTtlSeconds, headers, query })),
      }
    },
    presignGet: (key, presentation) =>
      presign("GET", key, {
        ttlSeconds: config.downloadUrlTtlSeconds,
        stableForSeconds: config.downloadUrlStableSeconds,
        query: presentation && {
          "response-content-type": presentation.contentType,
          "response-content-disposition": presentation.contentDisposition,
        },
      }),
    head: headObject(request),
    list: listObjects(request),
    ...multipartOf(request),
  }
}

/** The headers that the uploader must send with exactly these values: each is part of the signature. */
const headersOf = (expected: ExpectedObject): Record<string, string> => ({
  "content-type": expected.type,
  "content-length": String(expected.bytes),
  // The object can be created once and never replaced:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
  "if-none-match": "*",
  ...checksumHeader(expected.sha256),
})

const checksumHeader = (sha256: Checksum | null): Record<string, string> =>
  sha256 === null ? {} : { "x-amz-checksum-sha256": checksumToBase64(sha256) }
