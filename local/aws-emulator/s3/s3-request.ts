import { queryParameters, type SignedRequest } from "../sigv4/canonical-request.ts"
import { unsignedPayload } from "../sigv4/signature-claim.ts"
import { type Verifier, verifyRequest } from "../sigv4/verify-request.ts"
import { type Address, addressOf } from "./address.ts"
import { type Operation, operationOf } from "./operation.ts"
import { S3RequestError } from "./s3-error.ts"
import { signatureErrorOf } from "./signature-error.ts"

/** Headers by lower-case name. */
export type Headers = Readonly<Record<string, string>>

/** A verified request for a supported operation. */
export type S3Request = {
  method: string
  operation: Operation
  address: Address
  /** The query parameters of the operation. */
  query: ReadonlyMap<string, string>
  headers: Headers
  /** Hex SHA-256 of the body, or a literal without a hash. */
  payloadHash: string
}

/**
 * Verifies and parses a request before its body is read.
 * @throws S3RequestError
 */
export const parseS3Request = (signed: SignedRequest, verifier: Verifier): S3Request => {
  const verified = verifyRequest(signed, verifier)
  if (!verified.ok) {
    const { code, message, facts } = signatureErrorOf(verified.error)
    throw new S3RequestError(code, message, facts)
  }
  const { payloadHash } = verified.value
  if (!/^[0-9a-f]{64}$/.test(payloadHash) && payloadHash !== unsignedPayload)
    throw new S3RequestError("NotImplemented", `A payload of ${payloadHash} is not implemented locally`)

  const { query, hoisted } = parametersOf(signed.query)
  const address = addressOf(signed.path)
  const operation = operationOf(signed.method, address, [...query.keys()])
  if (operation === null)
    throw new S3RequestError("NotImplemented", "A header or query you provided is not implemented locally", {
      Query: [...query.keys()].join("&"),
    })
  const headers = { ...hoisted, ...Object.fromEntries(signed.headers) }
  if (operation in bodies && headers["content-length"] === undefined)
    throw new S3RequestError("MissingContentLength", "You must provide the Content-Length HTTP header.")
  return { method: signed.method, operation, address, query, headers, payloadHash }
}

/** Operations whose body is the content of an object. */
const bodies = { PutObject: true, UploadPart: true }

const authenticationParameters = new Set(
  [
    "Algorithm",
    "Content-Sha256",
    "Credential",
    "Date",
    "Expires",
    "Security-Token",
    "Signature",
    "SignedHeaders",
  ].map((name) => `x-amz-${name.toLowerCase()}`),
)

/** Splits a query into parameters of the operation and headers that a presigner moved ("hoisted") into the query. */
const parametersOf = (rawQuery: string) => {
  const query = new Map<string, string>()
  const hoisted: Record<string, string> = {}
  for (const [name, value] of queryParameters(rawQuery)) {
    const header = name.toLowerCase()
    if (!header.startsWith("x-amz-")) query.set(name, value)
    else if (!authenticationParameters.has(header)) hoisted[header] = value
  }
  return { query, hoisted }
}
