import type { Config } from "../../config.ts"
import { CachedKeySigner } from "./cached-key-signer.ts"

export type PresignOptions = {
  ttlSeconds: number
  /** Headers that the holder must send with exactly these values. */
  headers?: Record<string, string>
  query?: Record<string, string> | undefined
  /** Within a span of this length the URL stays the same; its lifetime is extended by the span. */
  stableForSeconds?: number
}

export type Presign = (
  method: string,
  key: string,
  options: PresignOptions,
) => Promise<{ url: string; expiresAt: Date }>

/**
 * Signs requests in process (SigV4 in the query). The URLs of a batch differ only in key and header values, so the
 * canonical query of the first one is used for all: building it costs as much as the two digests of a signature.
 */
export const presignerOf = (config: Config, now: () => Date): Presign => {
  const bucketPath = new URL(objectAddress(config, "")).pathname
  let shared: { name: string; signer: CachedKeySigner } | undefined

  return async (method, key, { ttlSeconds, headers = {}, query = {}, stableForSeconds = 0 }) => {
    const span = stableForSeconds * 1000
    const time = now().getTime()
    const signedAt = span > 0 ? time - (time % span) : time
    const lifetimeSeconds = ttlSeconds + stableForSeconds
    const expiresAt = new Date(signedAt + lifetimeSeconds * 1000)
    const datetime = datetimeOf(new Date(signedAt))
    const search = Object.entries({ ...query, "X-Amz-Expires": String(lifetimeSeconds) })
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join("&")
    const signerOf = (address: string) =>
      new CachedKeySigner({
        method,
        url: `${address}?${search}`,
        headers,
        ...config.credentials,
        service: "s3",
        region: config.s3.region,
        signQuery: true,
        // Without it aws4fetch leaves content-type and content-length unsigned, and the URL accepts any.
        allHeaders: true,
        datetime,
      })

    if (!isCanonical(key, headers))
      return { url: await signerOf(objectAddress(config, key)).presignedUrl(), expiresAt }
    const name = `${method} ${datetime} ${search} ${Object.keys(headers).join()}`
    if (shared?.name !== name) shared = { name, signer: signerOf(objectAddress(config, "")) }
    return { url: await shared.signer.presignedUrlOf(`${bucketPath}${key}`, headers), expiresAt }
  }
}

// Whether SigV4 canonicalization leaves the path and the headers unchanged, which is so for all keys of this project.
const isCanonical = (key: string, headers: Record<string, string>): boolean =>
  /^[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*$/.test(key) &&
  Object.values(headers).every((value) => !/\s/.test(value))

/** `YYYYMMDDTHHMMSSZ` */
const datetimeOf = (time: Date): string => {
  const text = time.toISOString()
  return `${text.slice(0, 4)}${text.slice(5, 7)}${text.slice(8, 13)}${text.slice(14, 16)}${text.slice(17, 19)}Z`
}

/** The URL of an object, without credentials. */
export const objectUrl = (config: Config, key: string): URL => new URL(objectAddress(config, key))

const objectAddress = ({ s3 }: Config, key: string): string =>
  `${s3.endpoint.replace(/\/$/, "")}/${s3.bucket}/${key}`
