import { err, ok, type Result } from "../../../domain/result.ts"
import { queryParameters, type SignedRequest } from "./canonical-request.ts"
import type { CredentialScope } from "./signature.ts"

/** The signature of a request with its parameters, from its query or its Authorization header. */
export type SignatureClaim = {
  carrier: Carrier
  accessKeyId: string
  scope: CredentialScope
  /** `YYYYMMDDTHHMMSSZ` */
  timestamp: string
  signedAt: Date
  /** Null for a signature in a header, which is valid within the allowed clock skew. */
  expiresSeconds: number | null
  signedHeaders: readonly string[]
  signature: string
  /** Hex SHA-256 of the body, or a literal such as `UNSIGNED-PAYLOAD`; null if the request contains neither. */
  payloadHash: string | null
}

export type Carrier = "query" | "header"

export type ClaimError =
  | { reason: "unsigned" }
  | { reason: "signed_twice" }
  | { reason: "malformed"; carrier: Carrier; detail: string }

export const unsignedPayload = "UNSIGNED-PAYLOAD"

const algorithm = "AWS4-HMAC-SHA256"
const maxExpirySeconds = 604_800

/** Parses the signature of a request without verifying it. */
export const signatureClaimOf = (request: SignedRequest): Result<SignatureClaim, ClaimError> => {
  const query = new Map(queryParameters(request.query))
  const authorization = request.headers.get("authorization")
  const isInQuery = query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature")
  if (isInQuery && authorization !== undefined) return err({ reason: "signed_twice" })
  if (isInQuery) return claimInQuery(query)
  if (authorization !== undefined) return claimInHeader(authorization, request.headers)
  return err({ reason: "unsigned" })
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
const claimInQuery = (query: ReadonlyMap<string, string>): Result<SignatureClaim, ClaimError> => {
  const malformed = (detail: string) => err({ reason: "malformed", carrier: "query", detail } as const)
  const missing = [...requiredParameters].filter((name) => !query.get(name))
  if (missing.length > 0) return malformed(`the query-string parameters ${missing.join(", ")} are missing`)
  if (query.get("X-Amz-Algorithm") !== algorithm)
    return malformed(`X-Amz-Algorithm only supports "${algorithm}"`)

  const expires = query.get("X-Amz-Expires") ?? ""
  const expiresSeconds = /^\d+$/.test(expires) ? Number(expires) : Number.NaN
  if (Number.isNaN(expiresSeconds)) return malformed("X-Amz-Expires should be a number")
  if (expiresSeconds < 1 || expiresSeconds > maxExpirySeconds)
    return malformed(`X-Amz-Expires must be from 1 to ${maxExpirySeconds} seconds`)

  const common = commonParts({
    credential: query.get("X-Amz-Credential"),
    timestamp: query.get("X-Amz-Date"),
    signedHeaders: query.get("X-Amz-SignedHeaders"),
    signature: query.get("X-Amz-Signature"),
  })
  if (typeof common === "string") return malformed(common)
  const payloadHash = query.get("X-Amz-Content-Sha256") ?? unsignedPayload
  return ok({ ...common, carrier: "query", expiresSeconds, payloadHash })
}

const requiredParameters = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Amz-Signature",
] as const

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
const claimInHeader = (
  authorization: string,
  headers: ReadonlyMap<string, string>,
): Result<SignatureClaim, ClaimError> => {
  const malformed = (detail: string) => err({ reason: "malformed", carrier: "header", detail } as const)
  if (!authorization.startsWith(`${algorithm} `)) return malformed(`only ${algorithm} is supported`)

  const parts = new Map(
    authorization
      .slice(algorithm.length)
      .split(",")
      .map((part) => {
        const [name = "", ...value] = part.trim().split("=")
        return [name, value.join("=")] as const
      }),
  )
  const common = commonParts({
    credential: parts.get("Credential"),
    timestamp: headers.get("x-amz-date"),
    signedHeaders: parts.get("SignedHeaders"),
    signature: parts.get("Signature"),
  })
  if (typeof common === "string") return malformed(common)
  const payloadHash = headers.get("x-amz-content-sha256") ?? null
  return ok({ ...common, carrier: "header", expiresSeconds: null, payloadHash })
}

type RawParts = Record<"credential" | "timestamp" | "signedHeaders" | "signature", string | undefined>

/** The parts that a query and a header have in common, or an error. */
const commonParts = ({ credential, timestamp, signedHeaders, signature }: RawParts) => {
  const [, accessKeyId, date, region, service] =
    /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential ?? "") ?? []
  if (!accessKeyId || !date || !region || !service)
    return "the Credential must be <access key>/YYYYMMDD/REGION/SERVICE/aws4_request"
  const signedAt = instantOf(timestamp ?? "")
  if (!timestamp || !signedAt) return "the X-Amz-Date must be YYYYMMDD'T'HHMMSS'Z'"
  if (!timestamp.startsWith(date)) return `the Credential's date ${date} is not that of the X-Amz-Date`
  if (!signedHeaders) return "the SignedHeaders are missing"
  if (!signature) return "the Signature is missing"
  const scope = { date, region, service }
  return { accessKeyId, scope, timestamp, signedAt, signedHeaders: signedHeaders.split(";"), signature }
}

const instantOf = (timestamp: string): Date | null => {
  const iso = timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z")
  const instant = new Date(iso === timestamp ? Number.NaN : iso)
  return Number.isNaN(instant.getTime()) ? null : instant
}
