import { createHash, createHmac, timingSafeEqual } from "node:crypto"

/** The scope of a signature. `date` is `YYYYMMDD`. */
export type CredentialScope = { date: string; region: string; service: string }

/**
 * The string to sign: the hash of the canonical request with its time and scope.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @param timestamp `YYYYMMDDTHHMMSSZ`
 */
export const stringToSignOf = (canonicalRequest: string, timestamp: string, scope: CredentialScope): string =>
  [
    "AWS4-HMAC-SHA256",
    timestamp,
    `${scope.date}/${scope.region}/${scope.service}/aws4_request`,
    createHash("sha256").update(canonicalRequest).digest("hex"),
  ].join("\n")

/** The signature, in lower-case hex. */
export const signatureOf = (
  stringToSign: string,
  scope: CredentialScope,
  secretAccessKey: string,
): string => {
  const parts = [scope.date, scope.region, scope.service, "aws4_request"]
  const signingKey = parts.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`)
  return hmac(signingKey, stringToSign).toString("hex")
}

/** Compares two signatures in constant time. */
export const isSameSignature = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest()
