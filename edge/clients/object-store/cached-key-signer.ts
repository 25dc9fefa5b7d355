import { AwsV4Signer } from "aws4fetch"

/**
 * aws4fetch with the signing key kept as a CryptoKey. aws4fetch keeps the key's bytes and imports them for every
 * signature, which doubled the cost of a presigned URL. Canonicalization stays aws4fetch's.
 */
export class CachedKeySigner extends AwsV4Signer {
  override async signature(): Promise<string> {
    const name = `${this.credentialString} ${this.accessKeyId} ${this.secretAccessKey}`
    const key = signingKeys.get(name) ?? (await deriveSigningKey(this, name))
    return hexOf(await hmac(key, await this.stringToSign()))
  }

  /** aws4fetch's string to sign, with a faster hexadecimal of its digest. */
  override async stringToSign(): Promise<string> {
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(await this.canonicalString()))
    return `AWS4-HMAC-SHA256\n${this.datetime}\n${this.credentialString}\n${hexOf(digest)}`
  }

  /**
   * The presigned URL. `sign()` sets the signature as a search parameter, which parses and serializes the URL
   * again; the signature is the last parameter in both cases.
   */
  async presignedUrl(): Promise<string> {
    return `${this.url.href}&X-Amz-Signature=${await this.signature()}`
  }

  /**
   * The presigned URL of a key below this signer's path, at another second of the same day, with the same query and other
   * values of the same headers. Key and values must be their own canonical form.
   */
  async presignedUrlOf(key: string, headers: Record<string, string>, datetime: string): Promise<string> {
    const signer: CachedKeySigner = Object.create(this)
    signer.datetime = datetime
    signer.encodedPath = this.encodedPath + key
    // Values are percent-encoded, so that no other parameter contains this text.
    const withDate = (search: string) =>
      search.replace(`X-Amz-Date=${this.datetime}`, `X-Amz-Date=${datetime}`)
    signer.encodedSearch = withDate(this.encodedSearch)
    signer.canonicalHeaders = this.signableHeaders
      .map((name) => `${name}:${name === "host" ? this.url.host : (headers[name] ?? "")}`)
      .join("\n")
    const signature = await signer.signature()
    return `${this.url.origin}${this.url.pathname}${key}${withDate(this.url.search)}&X-Amz-Signature=${signature}`
  }
}

// Day, region and service, one after the other:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#calculate-signature
const deriveSigningKey = async (signer: AwsV4Signer, name: string): Promise<HmacKey> => {
  let key = await importKey(Uint8Array.from(encoder.encode(`AWS4${signer.secretAccessKey}`)))
  for (const scope of signer.credentialString.split("/")) key = await importKey(await hmac(key, scope))
  if (signingKeys.size >= maxSigningKeys) signingKeys.clear()
  signingKeys.set(name, key)
  return key
}

// The types of Node and of Workers both declare CryptoKey, but differently.
type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** A key is valid for a day; session credentials change more often. */
const maxSigningKeys = 16

// Holds keys and no promises: a Worker must not await a promise of another request.
const signingKeys = new Map<string, HmacKey>()

const encoder = new TextEncoder()

const importKey = (bytes: Uint8Array<ArrayBuffer> | ArrayBuffer): Promise<HmacKey> =>
  crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])

const hmac = (key: HmacKey, text: string): Promise<ArrayBuffer> =>
  crypto.subtle.sign("HMAC", key, encoder.encode(text))

const hexOf = (buffer: ArrayBuffer): string => {
  let hex = ""
  for (const byte of new Uint8Array(buffer)) hex += hexBytes[byte]
  return hex
}

const hexBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))
