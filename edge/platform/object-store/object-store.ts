import { AwsClient, AwsV4Signer } from "aws4fetch"
import { z } from "zod"
import type { Config } from "./config.ts"

/** The object storage could not be asked: worth another try later. */
export class ObjectStoreUnavailable extends Error {
  override name = "ObjectStoreUnavailable"
}

/** A request that its holder may make of S3 without credentials, until `expiresAt`. */
export type PresignedRequest = {
  method: "PUT"
  url: string
  headers: Record<string, string>
  expiresAt: Date
}

/** What an object must be for its presigned PUT to be accepted. */
export type ExpectedObject = { key: string; type: string; bytes: number; sha256: string | null }

export type StoredObject = { etag: string; bytes: number }

/** S3 as the edge needs it: signatures made in process, and one look at an object. Bytes never pass. */
export type ObjectStore = {
  presignPut: (expected: ExpectedObject) => Promise<PresignedRequest>
  presignGet: (key: string) => Promise<{ url: string; expiresAt: Date }>
  /** The object under `key`, or null. @throws ObjectStoreUnavailable */
  head: (key: string) => Promise<StoredObject | null>
}

const headTimeoutMs = 5_000

// Deriving a signing key is four HMACs; it holds for a day, region and service, so an isolate shares it.
const signingKeys = new Map<string, ArrayBuffer>()

export const objectStoreOf = (config: Config, now: () => Date = () => new Date()): ObjectStore => {
  const urlOf = (key: string) =>
    new URL(`${config.s3.endpoint.replace(/\/$/, "")}/${config.s3.bucket}/${key}`)

  const presign = async (
    method: string,
    key: string,
    ttlSeconds: number,
    headers: Record<string, string>,
  ) => {
    const signedAt = now()
    const url = urlOf(key)
    url.searchParams.set("X-Amz-Expires", String(ttlSeconds))
    const signed = await new AwsV4Signer({
      method,
      url: url.href,
      headers,
      ...config.credentials,
      service: "s3",
      region: config.s3.region,
      signQuery: true,
      // Without it aws4fetch leaves content-type and content-length unsigned, and the URL takes anything.
      allHeaders: true,
      datetime: signedAt.toISOString().replace(/[:-]|\.\d{3}/g, ""),
      cache: signingKeys,
    }).sign()
    return { url: signed.url.href, expiresAt: new Date(signedAt.getTime() + ttlSeconds * 1000) }
  }

  return {
    presignPut: async (expected) => {
      const headers = headersOf(expected)
      return {
        method: "PUT",
        headers,
        ...(await presign("PUT", expected.key, config.uploadUrlTtlSeconds, headers)),
      }
    },
    presignGet: (key) => presign("GET", key, config.downloadUrlTtlSeconds, {}),
    head: async (key) => {
      const response = await ask(config, urlOf(key))
      if (response.status === 404) return null
      if (!response.ok) throw new ObjectStoreUnavailable(`HEAD answered ${response.status}`)
      const { etag, "content-length": bytes } = objectHeaders.parse(Object.fromEntries(response.headers))
      return { etag, bytes }
    },
  }
}

/** What the uploader must send, to the letter: each is part of the signature. */
const headersOf = (expected: ExpectedObject): Record<string, string> => ({
  "content-type": expected.type,
  "content-length": String(expected.bytes),
  // The object can be created once and never replaced:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
  "if-none-match": "*",
  ...(expected.sha256 !== null && { "x-amz-checksum-sha256": hexToBase64(expected.sha256) }),
})

const objectHeaders = z.object({
  etag: z.string().transform((quoted) => quoted.replaceAll('"', "")),
  "content-length": z.coerce.number().int().nonnegative(),
})

const ask = async (config: Config, url: URL): Promise<Response> => {
  const client = new AwsClient({
    ...config.credentials,
    service: "s3",
    region: config.s3.region,
    retries: 1,
    cache: signingKeys,
  })
  try {
    return await client.fetch(url.href, { method: "HEAD", signal: AbortSignal.timeout(headTimeoutMs) })
  } catch (error) {
    throw new ObjectStoreUnavailable("HEAD got no answer", { cause: error })
  }
}

const hexToBase64 = (hex: string): string =>
  btoa(String.fromCharCode(...(hex.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))))
