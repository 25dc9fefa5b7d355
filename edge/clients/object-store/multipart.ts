import * as z from "zod"
import { parseS3Xml } from "../../../aws/s3-xml.ts"
import { type Checksum, isChecksum } from "../../../domain/checksum.ts"
import { ObjectStoreUnavailable } from "../../../domain/outage.ts"
import { base64ToHex, checksumToBase64 } from "./checksum-text.ts"
import type { SendS3Request } from "./s3-request.ts"
import { etagText } from "./stored-object.ts"

/** A part that S3 has stored. */
export type StoredPart = {
  partNumber: number
  bytes: number
  etag: string
  /** Null when the upload has no part checksums. */
  sha256: Checksum | null
}

/** The requests of a multipart upload: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
export const multipartOf = (send: SendS3Request) => ({
  createMultipart: async (key: string, type: string, hasPartChecksums: boolean): Promise<string> => {
    const response = await send({
      method: "POST",
      key,
      query: { uploads: "" },
      headers: {
        "content-type": type,
        // S3 then rejects a part without its SHA-256. The checksum of the object is one of these checksums (COMPOSITE):
        // S3 does not compute the SHA-256 of a whole object that is uploaded in parts.
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
        ...(hasPartChecksums && { "x-amz-checksum-algorithm": "SHA256" }),
      },
      expected: [200],
    })
    return created.parse(await xmlOf(response)).InitiateMultipartUploadResult.UploadId
  },

  listParts: async (key: string, uploadId: string): Promise<StoredPart[] | null> => {
    const parts: StoredPart[] = []
    for (let marker = "0"; ; ) {
      const query = { uploadId, "part-number-marker": marker }
      const response = await send({ method: "GET", key, query, expected: [200, 404] })
      const document = await xmlOf(response)
      if (response.status === 404) return null
      const { Part, IsTruncated, NextPartNumberMarker } = listed.parse(document).ListPartsResult
      parts.push(...Part)
      if (IsTruncated !== "true" || NextPartNumberMarker === undefined) return parts
      marker = NextPartNumberMarker
    }
  },

  completeMultipart: async (
    key: string,
    uploadId: string,
    parts: readonly StoredPart[],
  ): Promise<boolean> => {
    const response = await send({
      method: "POST",
      key,
      query: { uploadId },
      headers: { "content-type": "application/xml", "if-none-match": "*" },
      body: completion(parts),
      expected: [200, 404, 409, 412],
    })
    // S3 sends 200 before it has finished, so the body of a 200 can contain an error:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
    const { Error: error } = completed.parse(await xmlOf(response))
    if (!error) return true
    const isCompleted = outcomes[error.Code]
    if (isCompleted === undefined)
      throw new ObjectStoreUnavailable(`CompleteMultipartUpload failed with ${error.Code}`)
    return isCompleted
  },

  abortMultipart: async (key: string, uploadId: string): Promise<void> => {
    const response = await send({ method: "DELETE", key, query: { uploadId }, expected: [204, 404] })
    await response.body?.cancel()
  },
})

const xmlOf = async (response: Response): Promise<unknown> => parseS3Xml(await response.text())

const part = z
  .object({
    PartNumber: z.coerce.number().int(),
    Size: z.coerce.number().int(),
    ETag: etagText,
    ChecksumSHA256: z.string().transform(base64ToHex).pipe(z.string().refine(isChecksum)).optional(),
  })
  .transform(({ PartNumber, Size, ETag, ChecksumSHA256 }) => ({
    partNumber: PartNumber,
    bytes: Size,
    etag: ETag,
    sha256: ChecksumSHA256 ?? null,
  }))

const created = z.object({ InitiateMultipartUploadResult: z.object({ UploadId: z.string().min(1) }) })

const listed = z.object({
  ListPartsResult: z.object({
    Part: z.array(part).default([]),
    IsTruncated: z.string().optional(),
    NextPartNumberMarker: z.string().optional(),
  }),
})

/** The errors of CompleteMultipartUpload that are not outages, and whether the object exists. */
const outcomes: Partial<Record<string, boolean>> = {
  // The object exists: an earlier attempt succeeded and its response was lost.
  PreconditionFailed: true,
  NoSuchUpload: false,
  // Another write of the key was in progress. This upload can no longer be completed; open a new one:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html#conditional-error-response
  ConditionalRequestConflict: false,
}

const completed = z.object({ Error: z.object({ Code: z.string() }).optional() })

// An upload with part checksums is completed only by a list that has them all.
const completion = (parts: readonly StoredPart[]): string =>
  `<CompleteMultipartUpload>${parts
    .map(({ partNumber, etag, sha256 }) => {
      const checksum = sha256 === null ? "" : `<ChecksumSHA256>${checksumToBase64(sha256)}</ChecksumSHA256>`
      return `<Part><PartNumber>${partNumber}</PartNumber><ETag>"${etag}"</ETag>${checksum}</Part>`
    })
    .join("")}</CompleteMultipartUpload>`
