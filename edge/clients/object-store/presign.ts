import { AwsV4Signer } from "aws4fetch"
import type { Config } from "../../config.ts"

export type PresignOptions = {
  ttlSeconds: number
  /** Headers that the holder must send exactly so. */
  headers?: Record<string, string>
  query?: Record<string, string> | undefined
  /** The same URL comes out within spans of this length; it then lives that much longer. */
  stableForSeconds?: number
}

export type Presign = (
  method: string,
  key: string,
  options: PresignOptions,
) => Promise<{ url: string; expiresAt: Date }>

// Deriving a signing key is four HMACs; it holds for a day, region and service, so an isolate shares it.
const signingKeys = new Map<string, ArrayBuffer>()

/** Signs requests in process (SigV4 in the query). */
export const presignerOf =
  (config: Config, now: () => Date): Presign =>
  async (method, key, { ttlSeconds, headers = {}, query = {}, stableForSeconds }) => {
    const span = (stableForSeconds ?? 0) * 1000
    const time = now().getTime()
    const signedAt = new Date(span > 0 ? time - (time % span) : time)
    const lifetimeSeconds = ttlSeconds + (stableForSeconds ?? 0)
    const url = objectUrl(config, key)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    url.searchParams.set("X-Amz-Expires", String(lifetimeSeconds))
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
    return { url: signed.url.href, expiresAt: new Date(signedAt.getTime() + lifetimeSeconds * 1000) }
  }

/** Where an object lies, without any credentials. */
export const objectUrl = (config: Config, key: string): URL =>
  new URL(`${config.s3.endpoint.replace(/\/$/, "")}/${config.s3.bucket}/${key}`)
