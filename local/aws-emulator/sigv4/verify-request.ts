import { err, ok, type Result } from "../../../domain/result.ts"
import { canonicalRequestOf, type SignedRequest, type SigningService } from "./canonical-request.ts"
import { isSameSignature, signatureOf, stringToSignOf } from "./signature.ts"
import { type ClaimError, type SignatureClaim, signatureClaimOf } from "./signature-claim.ts"

export type Credentials = { accessKeyId: string; secretAccessKey: string }

export type Verifier = {
  service: SigningService
  region: string
  credentials: Credentials
  now: () => Date
}

/** A verified request. */
export type Verified = {
  /** Hex SHA-256 of the body, or a literal such as `UNSIGNED-PAYLOAD`. */
  payloadHash: string
}

/** The reason why a request is rejected. */
export type SignatureError =
  | ClaimError
  | { reason: "access_key_unknown"; accessKeyId: string }
  | { reason: "not_valid_yet"; signedAt: Date }
  | { reason: "expired"; expiresSeconds: number; expiredAt: Date; serverTime: Date }
  | { reason: "clock_skewed"; signedAt: Date; serverTime: Date }
  | { reason: "headers_not_signed"; names: readonly string[] }
  | { reason: "signature_mismatch"; canonicalRequest: string; stringToSign: string }

/** https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html, "Time stamp requirement" */
const maxSkewMs = 15 * 60 * 1000

/**
 * Verifies a request as AWS does: key, scope, time, that every `x-amz-*` header is signed, and finally the signature. The
 * signature is computed from the received header values, so a changed value is a mismatch.
 * @param bodyHash hex SHA-256 of the body if it is known; otherwise the request must contain it
 */
export const verifyRequest = (
  request: SignedRequest,
  verifier: Verifier,
  bodyHash?: string,
): Result<Verified, SignatureError> => {
  const claimed = signatureClaimOf(request)
  if (!claimed.ok) return claimed
  const claim = claimed.value

  const error =
    scopeErrorOf(claim, verifier) ?? timeErrorOf(claim, verifier.now()) ?? headersErrorOf(claim, request)
  if (error) return err(error)

  const payloadHash = bodyHash ?? claim.payloadHash
  if (payloadHash === null)
    return err({ reason: "malformed", carrier: "header", detail: "x-amz-content-sha256 is missing" })
  const canonicalRequest = canonicalRequestOf(request, verifier.service, claim.signedHeaders, payloadHash)
  const stringToSign = stringToSignOf(canonicalRequest, claim.timestamp, claim.scope)
  const expected = signatureOf(stringToSign, claim.scope, verifier.credentials.secretAccessKey)
  return isSameSignature(claim.signature, expected)
    ? ok({ payloadHash })
    : err({ reason: "signature_mismatch", canonicalRequest, stringToSign })
}

const scopeErrorOf = (
  { accessKeyId, scope, carrier }: SignatureClaim,
  { region, service, credentials }: Verifier,
): SignatureError | null => {
  if (accessKeyId !== credentials.accessKeyId) return { reason: "access_key_unknown", accessKeyId }
  const wrong = (part: string, actual: string, expected: string): SignatureError => ({
    reason: "malformed",
    carrier,
    detail: `the ${part} '${actual}' is wrong; expecting '${expected}'`,
  })
  if (scope.region !== region) return wrong("region", scope.region, region)
  if (scope.service !== service) return wrong("service", scope.service, service)
  return null
}

const timeErrorOf = (
  { signedAt, expiresSeconds }: SignatureClaim,
  serverTime: Date,
): SignatureError | null => {
  const ageMs = serverTime.getTime() - signedAt.getTime()
  if (expiresSeconds === null)
    return Math.abs(ageMs) > maxSkewMs ? { reason: "clock_skewed", signedAt, serverTime } : null
  if (ageMs < -maxSkewMs) return { reason: "not_valid_yet", signedAt }
  if (ageMs > expiresSeconds * 1000) {
    const expiredAt = new Date(signedAt.getTime() + expiresSeconds * 1000)
    return { reason: "expired", expiresSeconds, expiredAt, serverTime }
  }
  return null
}

// Without this check, a client could add an ACL, metadata or a copy source to a request with a presigned URL.
const headersErrorOf = (
  { signedHeaders }: SignatureClaim,
  { headers }: SignedRequest,
): SignatureError | null => {
  const names = ["host", ...headers.keys()].filter(
    (name) => (name === "host" || name.startsWith("x-amz-")) && !signedHeaders.includes(name),
  )
  return names.length > 0 ? { reason: "headers_not_signed", names: [...new Set(names)] } : null
}
