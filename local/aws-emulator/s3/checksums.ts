import { createHash } from "node:crypto"
import { crc32 } from "node:zlib"
import { S3RequestError } from "./s3-error.ts"
import type { Headers } from "./s3-request.ts"

/** An expected checksum, and the error if the body does not match. */
export type Checksum = {
  update: (chunk: Uint8Array) => void
  /** The error for a body that does not match, or null. */
  finish: () => S3RequestError | null
}

/**
 * Returns the checksums that a request declares for its body.
 * @param payloadHash hex SHA-256, or a literal without a hash
 * @throws S3RequestError for a malformed or unsupported checksum
 */
export const declaredChecksums = (headers: Headers, payloadHash: string): Checksum[] => {
  const unsupported = Object.keys(headers).find(isUnsupportedChecksum)
  if (unsupported) throw new S3RequestError("NotImplemented", `${unsupported} is not implemented locally`)
  return [
    ...(/^[0-9a-f]{64}$/.test(payloadHash) ? [payloadChecksum(payloadHash)] : []),
    ...declaredChecksum(headers, "content-md5", md5, 16, "InvalidDigest"),
    ...declaredChecksum(headers, "x-amz-checksum-sha256", sha256, 32, "InvalidRequest"),
    ...declaredChecksum(headers, "x-amz-checksum-sha1", sha1, 20, "InvalidRequest"),
    ...declaredChecksum(headers, "x-amz-checksum-crc32", crc32Digest, 4, "InvalidRequest"),
  ]
}

type Digest = { update: (chunk: Uint8Array) => void; finish: () => Buffer }

const md5 = (): Digest => hashDigest("md5")
const sha1 = (): Digest => hashDigest("sha1")
const sha256 = (): Digest => hashDigest("sha256")

const hashDigest = (algorithm: string): Digest => {
  const hash = createHash(algorithm)
  return { update: (chunk) => void hash.update(chunk), finish: () => hash.digest() }
}

const crc32Digest = (): Digest => {
  let value = 0
  return {
    update: (chunk) => {
      value = crc32(chunk, value)
    },
    finish: () => {
      const digest = Buffer.alloc(4)
      digest.writeUInt32BE(value)
      return digest
    },
  }
}

const payloadChecksum = (expected: string): Checksum => {
  const { update, finish } = sha256()
  return {
    update,
    finish: () => {
      const computed = finish().toString("hex")
      return computed === expected
        ? null
        : new S3RequestError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: computed },
          )
    },
  }
}

const declaredChecksum = (
  headers: Headers,
  header: string,
  digest: () => Digest,
  digestBytes: number,
  malformedCode: "InvalidDigest" | "InvalidRequest",
): Checksum[] => {
  const expected = headers[header]
  if (expected === undefined) return []
  const isWellFormed = Buffer.from(expected, "base64").toString("base64") === expected
  if (!isWellFormed || Buffer.from(expected, "base64").length !== digestBytes)
    throw new S3RequestError(malformedCode, `Value for ${header} header is invalid.`)
  const { update, finish } = digest()
  return [
    {
      update,
      finish: () =>
        finish().toString("base64") === expected
          ? null
          : new S3RequestError("BadDigest", `The ${header} you specified did not match what we received.`),
    },
  ]
}

// `-type`, `-algorithm` and `-mode` are not checksums but attributes of one.
const known = ["sha256", "sha1", "crc32", "type", "algorithm", "mode"]
const isUnsupportedChecksum = (header: string): boolean =>
  header.startsWith("x-amz-checksum-") && !known.includes(header.slice("x-amz-checksum-".length))
