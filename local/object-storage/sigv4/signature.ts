import { createHash, createHmac } from "node:crypto"

/** What a signature is bound to beside the request. `date` is `YYYYMMDD`. */
export type CredentialScope = { date: string; region: string; service: string }

/**
 * The SigV4 signature of a canonical request, in hex:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @param timestamp `YYYYMMDDTHHMMSSZ`
 */
export const signatureOf = (
  canonicalRequest: string,
  timestamp: string,
  scope: CredentialScope,
  secretAccessKey: string,
): string => {
  const stringToSign = [
    "AWS4-HMAC-SHA256",
    timestamp,
    `${scope.date}/${scope.region}/${scope.service}/aws4_request`,
    createHash("sha256").update(canonicalRequest).digest("hex"),
  ].join("\n")
  const parts = [scope.date, scope.region, scope.service, "aws4_request"]
  const signingKey = parts.reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`)
  return hmac(signingKey, stringToSign).toString("hex")
}

const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest()
