import { element, xmlDocument } from "../xml.ts"
import type { MultipartUpload, MultipartUploads, UploadedPart } from "./multipart-uploads.ts"
import { S3RequestError } from "./s3-error.ts"

type Query = ReadonlyMap<string, string>

const maxPageLength = 1000

/**
 * Lists the stored parts of an upload: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
 * @throws S3RequestError for a marker or a maximum that is not a number
 */
export const listParts = (upload: MultipartUpload, parts: readonly UploadedPart[], query: Query): string => {
  const { checksumAlgorithm } = upload
  const marker = numberOf(query, "part-number-marker", 0)
  const maxParts = numberOf(query, "max-parts", maxPageLength)
  const rest = parts.filter(({ partNumber }) => partNumber > marker)
  const page = rest.slice(0, maxParts)
  return xmlDocument(
    element("ListPartsResult", [
      element("Bucket", upload.bucket),
      element("Key", upload.key),
      element("UploadId", upload.uploadId),
      element("StorageClass", "STANDARD"),
      ...(checksumAlgorithm === null
        ? []
        : [element("ChecksumAlgorithm", checksumAlgorithm), element("ChecksumType", "COMPOSITE")]),
      element("PartNumberMarker", marker),
      element("NextPartNumberMarker", page.at(-1)?.partNumber ?? marker),
      element("MaxParts", maxParts),
      element("IsTruncated", page.length < rest.length),
      ...page.map(({ partNumber, lastModified, etag, bytes, checksum }) =>
        element("Part", [
          element("PartNumber", partNumber),
          element("LastModified", lastModified),
          element("ETag", etag),
          element("Size", bytes),
          ...(checksumAlgorithm === null || checksum === null
            ? []
            : [element(`Checksum${checksumAlgorithm}`, checksum)]),
        ]),
      ),
    ]),
  )
}

/**
 * Lists the uploads that were neither completed nor aborted:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
 * @throws S3RequestError for a maximum that is not a number
 */
export const listMultipartUploads = (
  bucket: string,
  uploads: ReturnType<MultipartUploads["inBucket"]>,
  query: Query,
): string => {
  const prefix = query.get("prefix") ?? ""
  const keyMarker = query.get("key-marker") ?? ""
  const uploadIdMarker = query.get("upload-id-marker") ?? ""
  const maxUploads = numberOf(query, "max-uploads", maxPageLength)
  const rest = after(keyMarker, uploadIdMarker, uploads).filter(({ key }) => key.startsWith(prefix))
  const page = rest.slice(0, maxUploads)
  const last = page.at(-1)
  const isTruncated = page.length < rest.length
  return xmlDocument(
    element("ListMultipartUploadsResult", [
      element("Bucket", bucket),
      element("Prefix", prefix),
      element("KeyMarker", keyMarker),
      element("UploadIdMarker", uploadIdMarker),
      ...(isTruncated && last
        ? [element("NextKeyMarker", last.key), element("NextUploadIdMarker", last.uploadId)]
        : []),
      element("MaxUploads", maxUploads),
      element("IsTruncated", isTruncated),
      ...page.map(({ key, uploadId, initiated }) =>
        element("Upload", [
          element("Key", key),
          element("UploadId", uploadId),
          element("StorageClass", "STANDARD"),
          element("Initiated", initiated),
        ]),
      ),
    ]),
  )
}

// The upload id marker applies only to uploads with the key of the key marker.
const after = (
  keyMarker: string,
  uploadIdMarker: string,
  uploads: readonly MultipartUpload[],
): readonly MultipartUpload[] => {
  const markerIndex = uploads.findIndex(
    ({ key, uploadId }) => key === keyMarker && uploadId === uploadIdMarker,
  )
  return markerIndex >= 0 ? uploads.slice(markerIndex + 1) : uploads.filter(({ key }) => key > keyMarker)
}

const numberOf = (query: Query, name: string, defaultValue: number): number => {
  const text = query.get(name)
  if (text === undefined) return defaultValue
  if (!/^\d{1,9}$/.test(text))
    throw new S3RequestError("InvalidArgument", `Provided ${name} not an integer or within integer range`, {
      ArgumentName: name,
      ArgumentValue: text,
    })
  return name.startsWith("max-") ? Math.min(Number(text), maxPageLength) : Number(text)
}
