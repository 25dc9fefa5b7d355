import { createHash } from "node:crypto"
import { Transform } from "node:stream"
import type { S3Error } from "./s3-error.ts"

/** What the body of a request must be. */
export type ExpectedBody = {
  bytes: number
  /** Hex SHA-256 out of `x-amz-content-sha256`. */
  payloadHash: string | null
  /** Base64 SHA-256 out of `x-amz-checksum-sha256`. */
  checksumSha256: string | undefined
  /** Base64 MD5 out of `content-md5`. */
  contentMd5: string | undefined
}

/** The body is not what its headers say. */
export class BodyRefused extends Error {
  override name = "BodyRefused"
  readonly refusal: S3Error

  constructor(refusal: S3Error) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/**
 * Passes a body on and holds its last chunk back until the whole is found to be as expected: whoever receives it
 * sees a body that ends early, and stores nothing, when it is not. Errors with BodyRefused.
 */
export const bodyCheck = (expected: ExpectedBody): Transform => {
  const sha256 = createHash("sha256")
  const md5 = createHash("md5")
  let bytes = 0
  let held: Buffer | undefined
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sha256.update(chunk)
      md5.update(chunk)
      bytes += chunk.length
      if (held) this.push(held)
      held = chunk
      done()
    },
    flush(done) {
      const refusal = refusalOf(expected, { bytes, sha256: sha256.digest(), md5: md5.digest() })
      if (refusal) return done(new BodyRefused(refusal))
      if (held) this.push(held)
      done()
    },
  })
}

type ActualBody = { bytes: number; sha256: Buffer; md5: Buffer }

const refusalOf = (expected: ExpectedBody, actual: ActualBody): S3Error | null => {
  if (actual.bytes !== expected.bytes)
    return {
      code: "IncompleteBody",
      message: "You did not provide the number of bytes specified by the Content-Length HTTP header.",
    }
  if (expected.payloadHash !== null && expected.payloadHash !== actual.sha256.toString("hex"))
    return {
      code: "XAmzContentSHA256Mismatch",
      message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    }
  const digests = [
    [expected.checksumSha256, actual.sha256],
    [expected.contentMd5, actual.md5],
  ] as const
  return digests.some(([stated, computed]) => stated !== undefined && stated !== computed.toString("base64"))
    ? { code: "BadDigest", message: "The checksum you specified did not match what we received." }
    : null
}
