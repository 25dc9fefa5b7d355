import type { MultipartUpload, UploadedPart } from "./multipart-uploads.ts"
import { S3RequestError } from "./s3-error.ts"
import type { Headers } from "./s3-request.ts"

// S3's rules for uploads that were created with a checksum algorithm, which fauxqs does not enforce:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html

const algorithms = ["sha256", "sha1", "crc32"]

/**
 * Checks the algorithm of CreateMultipartUpload.
 * @throws S3RequestError for an algorithm that fauxqs ignores, and for a checksum of the whole object: S3 computes that
 * only for CRCs
 */
export const assertSupportedAlgorithm = (headers: Headers): void => {
  const algorithm = headers["x-amz-checksum-algorithm"]?.toLowerCase()
  if (algorithm === undefined) return
  if (!algorithms.includes(algorithm))
    throw new S3RequestError("NotImplemented", `Checksums of type ${algorithm} are not implemented locally`)
  if (headers["x-amz-checksum-type"]?.toUpperCase() !== "FULL_OBJECT") return
  if (algorithm === "crc32")
    throw new S3RequestError("NotImplemented", "FULL_OBJECT checksums are not implemented locally")
  throw new S3RequestError(
    "InvalidRequest",
    `The FULL_OBJECT checksum type cannot be used with the ${algorithm} checksum algorithm.`,
  )
}

/**
 * Checks that a part has the checksum that its upload was created with.
 * @throws S3RequestError if it has none, or one of another type
 */
export const assertPartChecksum = ({ checksumAlgorithm }: MultipartUpload, headers: Headers): void => {
  const expected = checksumAlgorithm?.toLowerCase() ?? "null"
  const stated = algorithms.filter((algorithm) => headers[`x-amz-checksum-${algorithm}`] !== undefined)
  if (stated.length > 1)
    throw new S3RequestError(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    )
  const [actual = "null"] = stated
  if (actual !== expected)
    throw new S3RequestError(
      "InvalidRequest",
      `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`,
    )
}

/** A part in the list of CompleteMultipartUpload. */
export type ListedPart = { partNumber: number; checksums: Readonly<Record<string, string>> }

/** The error of a list whose checksums are missing or not those of the stored parts, or null. */
export const listedChecksumError = (
  listed: readonly ListedPart[],
  { checksumAlgorithm }: MultipartUpload,
  stored: readonly UploadedPart[],
): S3RequestError | null => {
  if (checksumAlgorithm === null) return null
  for (const [index, { partNumber, checksums }] of listed.entries()) {
    const checksum = checksums[checksumAlgorithm]
    if (checksum === undefined)
      return new S3RequestError(
        "InvalidRequest",
        `The upload was created using a ${checksumAlgorithm.toLowerCase()} checksum. The complete request must include ` +
          `the checksum for each part. It was missing for part ${partNumber} in the request.`,
      )
    if (stored.find((part) => part.partNumber === partNumber)?.checksum !== checksum)
      return new S3RequestError(
        "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified " +
          "entity tag may not match the part's entity tag.",
        { PartNumber: partNumber },
      )
    // As documented: a composite checksum needs consecutive parts from 1, and S3 answers anything else with 500.
    if (partNumber !== index + 1)
      return new S3RequestError("InternalError", "We encountered an internal error. Please try again.")
  }
  return null
}
