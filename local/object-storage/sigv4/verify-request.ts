import { timingSafeEqual } from "node:crypto"
import { ok, type Result, refused } from "../../../domain/result.ts"
import type { S3Error, S3ErrorCode } from "../s3-error.ts"
import { canonicalRequestOf, queryParameters, type SignedRequest } from "./canonical-request.ts"
import { type CredentialScope, signatureOf } from "./signature.ts"

export type Verifier = {
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  now: () => Date
}

/** A request that is who it says it is; `payloadHash` is the hex SHA-256 its body must have, if it names one. */
export type Verified = { payloadHash: string | null }

const maxSkewMs = 15 * 60 * 1000
const longestExpirySeconds = 604_800
const unsignedPayload = "UNSIGNED-PAYLOAD"

/**
 * Checks a request as S3 does: signature, credential, time, and that every header which S3 would act on is signed.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export const verifyRequest = (request: SignedRequest, verifier: Verifier): Result<Verified, S3Error> => {
  const claimed = claimOf(request)
  if (!claimed.ok) return claimed
  const claim = claimed.value

  const fault =
    scopeFault(claim, verifier) ?? timeFault(claim, verifier.now()) ?? headersFault(claim, request)
  if (fault) return refused(fault)

  const canonicalRequest = canonicalRequestOf(request, claim.signedHeaders, claim.payloadHash)
  const expected = signatureOf(
    canonicalRequest,
    claim.timestamp,
    claim.scope,
    verifier.credentials.secretAccessKey,
  )
  if (!isEqual(claim.signature, expected))
    return refused(
      error(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the one you provided.",
      ),
    )
  return ok({ payloadHash: claim.payloadHash === unsignedPayload ? null : claim.payloadHash })
}

/** What a request claims about itself, wherever it says so. */
type Claim = {
  accessKeyId: string
  scope: CredentialScope
  timestamp: string
  /** Null for header authentication, which is good for as long as clocks may differ. */
  expiresSeconds: number | null
  signedHeaders: string[]
  signature: string
  payloadHash: string
}

const claimOf = (request: SignedRequest): Result<Claim, S3Error> => {
  const query = new Map(queryParameters(request.query))
  const authorization = request.headers.get("authorization")
  if (query.has("X-Amz-Algorithm")) return claimInQuery(query)
  if (authorization?.startsWith("AWS4-HMAC-SHA256 ")) return claimInHeader(authorization, request.headers)
  return refused(error("AccessDenied", "Access Denied"))
}

const claimInQuery = (query: ReadonlyMap<string, string>): Result<Claim, S3Error> => {
  const credential = parseCredential(query.get("X-Amz-Credential"))
  const timestamp = query.get("X-Amz-Date")
  const signature = query.get("X-Amz-Signature")
  const signedHeaders = query.get("X-Amz-SignedHeaders")
  const expires = query.get("X-Amz-Expires") ?? ""
  const isComplete = credential && timestamp && signature && signedHeaders && /^\d{1,6}$/.test(expires)
  if (!isComplete || query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256" || !isLifetime(Number(expires)))
    return refused(
      error(
        "AuthorizationQueryParametersError",
        "Query-string authentication needs X-Amz-Algorithm, X-Amz-Credential, X-Amz-Date, X-Amz-SignedHeaders, X-Amz-Signature and X-Amz-Expires of 1 to 604800 seconds.",
      ),
    )
  return ok({
    ...credential,
    timestamp,
    expiresSeconds: Number(expires),
    signedHeaders: signedHeaders.split(";"),
    signature,
    payloadHash: query.get("X-Amz-Content-Sha256") ?? unsignedPayload,
  })
}

const claimInHeader = (
  authorization: string,
  headers: ReadonlyMap<string, string>,
): Result<Claim, S3Error> => {
  const parts = new Map(
    authorization
      .slice("AWS4-HMAC-SHA256 ".length)
      .split(",")
      .map((part) => part.trim().split("=", 2) as [string, string]),
  )
  const credential = parseCredential(parts.get("Credential"))
  const signedHeaders = parts.get("SignedHeaders")
  const signature = parts.get("Signature")
  const timestamp = headers.get("x-amz-date")
  const payloadHash = headers.get("x-amz-content-sha256")
  if (!credential || !signedHeaders || !signature || !timestamp || !payloadHash)
    return refused(
      error(
        "AuthorizationHeaderMalformed",
        "The authorization header is malformed, or x-amz-date or x-amz-content-sha256 is missing.",
      ),
    )
  return ok({
    ...credential,
    timestamp,
    expiresSeconds: null,
    signedHeaders: signedHeaders.split(";"),
    signature,
    payloadHash,
  })
}

const parseCredential = (
  text: string | undefined,
): { accessKeyId: string; scope: CredentialScope } | null => {
  const [, accessKeyId, date, region, service] =
    /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(text ?? "") ?? []
  return accessKeyId && date && region && service ? { accessKeyId, scope: { date, region, service } } : null
}

const isLifetime = (seconds: number): boolean => seconds >= 1 && seconds <= longestExpirySeconds

const scopeFault = (
  { accessKeyId, scope, timestamp }: Claim,
  { region, credentials }: Verifier,
): S3Error | null => {
  if (accessKeyId !== credentials.accessKeyId)
    return error("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
  if (scope.region !== region || scope.service !== "s3" || !timestamp.startsWith(scope.date))
    return error("SignatureDoesNotMatch", "The credential's date, region or service is not the request's.")
  return null
}

const timeFault = ({ timestamp, expiresSeconds }: Claim, now: Date): S3Error | null => {
  const signedAt = Date.parse(
    timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  )
  if (Number.isNaN(signedAt)) return error("AccessDenied", "X-Amz-Date must be YYYYMMDDTHHMMSSZ")
  const ageMs = now.getTime() - signedAt
  if (expiresSeconds === null && Math.abs(ageMs) > maxSkewMs)
    return error(
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
    )
  if (ageMs < -maxSkewMs) return error("AccessDenied", "Request is not valid yet")
  if (expiresSeconds !== null && ageMs > expiresSeconds * 1000)
    return error("AccessDenied", "Request has expired")
  return null
}

const headersFault = ({ signedHeaders }: Claim, { headers }: SignedRequest): S3Error | null => {
  if (!signedHeaders.includes("host")) return error("AccessDenied", "The host header must be signed")
  const unsigned = [...headers.keys()].filter(
    (name) => name.startsWith("x-amz-") && !signedHeaders.includes(name),
  )
  return unsigned.length > 0
    ? error("AccessDenied", "There were headers present in the request which were not signed")
    : null
}

const isEqual = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a, "latin1"), Buffer.from(b, "latin1"))

const error = (code: S3ErrorCode, message: string): S3Error => ({ code, message })
