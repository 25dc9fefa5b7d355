import type { Readable } from "node:stream"
import { type ObjectAddress, pathOf } from "./address.ts"
import { checkedBody } from "./checked-body.ts"
import { declaredChecksums } from "./checksums.ts"
import type { ConditionalWrites } from "./conditional-writes.ts"
import { forwardedHeaders } from "./forwarded-headers.ts"
import { listMultipartUploads, listParts } from "./multipart-listings.ts"
import type { MultipartUpload, MultipartUploads } from "./multipart-uploads.ts"
import type { StoredObject } from "./object-created-event.ts"
import { assertPartChecksum, assertSupportedAlgorithm } from "./part-checksums.ts"
import { partListCheck } from "./part-list.ts"
import { S3RequestError } from "./s3-error.ts"
import type { Headers, S3Request } from "./s3-request.ts"
import type { Upstream, UpstreamResponse } from "./upstream.ts"

export type Storage = {
  upstream: Upstream
  uploads: MultipartUploads
  writes: ConditionalWrites
  /** Called after an object was stored, before the response is sent. */
  onStored: (object: StoredObject) => void
}

/** The sender of a request and its unread body. */
export type Sender = {
  requestId: string
  sourceIp: string
  /** `host:port` of this server. */
  host: string
  /** Returns the body. Sends `100 Continue` first if the sender waits for it. */
  body: () => Readable
}

export type S3Response = Omit<UpstreamResponse, "body"> & { body: Readable | string }

/**
 * Performs the operation of a request.
 * @throws S3RequestError
 */
export const perform = (
  storage: Storage,
  request: S3Request,
  sender: Sender,
): Promise<S3Response> | S3Response => {
  const { address, operation, query } = request
  if (operation === "ListMultipartUploads" && address.on === "bucket")
    return xml(listMultipartUploads(address.bucket, storage.uploads.inBucket(address.bucket), query))
  if (address.on !== "object") return forward(storage, request, sender)

  const upload = query.has("uploadId") ? uploadAt(storage, address, query.get("uploadId") ?? "") : null
  if (operation === "ListParts" && upload)
    return xml(listParts(upload, storage.uploads.partsOf(upload.uploadId), query))
  if (operation === "UploadPart" && upload) {
    assertPartNumber(query.get("partNumber") ?? "")
    assertPartChecksum(upload, request.headers)
  }
  if (operation === "CreateMultipartUpload") assertSupportedAlgorithm(request.headers)
  if (operation === "PutObject" || operation === "CompleteMultipartUpload")
    return storage.writes(address, request.headers, () => store(storage, request, address, sender))
  return forward(storage, request, sender)
}

/** Performs a write that creates an object and causes an event. */
const store = async (
  storage: Storage,
  request: S3Request,
  address: ObjectAddress,
  { requestId, sourceIp, ...sender }: Sender,
): Promise<S3Response> => {
  const response = await forward(storage, request, { requestId, sourceIp, ...sender })
  const stored = response.status === 200 ? await storage.upstream.head(address) : null
  if (stored) {
    const { bucket, key } = address
    storage.onStored({ bucket, key, ...stored, requestId, sourceIp, reason: reasonOf(request) })
  }
  return response
}

const reasonOf = ({ operation, headers }: S3Request): StoredObject["reason"] => {
  if (operation === "CompleteMultipartUpload") return "CompleteMultipartUpload"
  return headers["x-amz-copy-source"] === undefined ? "PutObject" : "CopyObject"
}

const forward = ({ upstream, uploads }: Storage, request: S3Request, sender: Sender): Promise<S3Response> => {
  const { method, address, query, operation } = request
  const search = new URLSearchParams([...query].filter(([name]) => !name.startsWith("response-"))).toString()
  const path = search === "" ? pathOf(address) : `${pathOf(address)}?${search}`
  const headers = { ...forwardedHeaders(request), host: sender.host }
  if (method !== "PUT" && method !== "POST") return upstream.send({ method, path, headers })
  // Validate the declared checksums before the body is read.
  const checksums = declaredChecksums(request.headers, request.payloadHash)
  const completed = operation === "CompleteMultipartUpload" ? uploads.find(query.get("uploadId") ?? "") : null
  if (completed) checksums.push(partListCheck(completed, uploads.partsOf(completed.uploadId)))
  return upstream.send({
    method,
    path,
    headers,
    body: { source: sender.body(), check: checkedBody(checksums) },
  })
}

// fauxqs checks only the upload id, but a URL is signed for one key.
const uploadAt = (
  { uploads }: Storage,
  { bucket, key }: ObjectAddress,
  uploadId: string,
): MultipartUpload => {
  const upload = uploads.find(uploadId)
  if (upload?.bucket === bucket && upload.key === key) return upload
  throw new S3RequestError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or " +
      "completed.",
    { UploadId: uploadId },
  )
}

const assertPartNumber = (text: string): void => {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 10_000) return
  throw new S3RequestError(
    "InvalidArgument",
    "Part number must be an integer between 1 and 10000, inclusive",
    {
      ArgumentName: "partNumber",
      ArgumentValue: text,
    },
  )
}

const xml = (body: string): S3Response => ({
  status: 200,
  headers: { "content-type": "application/xml" } satisfies Headers,
  body,
})
