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
 * Signs requests in process (SigV4 in the query). URLs without other query parameters differ only in key, header values
 * and time, so a signer of the day is used for all of them: constructing it costs twice the two digests of a signature.
 */
export const presignerOf = (config: Config, now: () => Date): Presign => {
  const { s3, credentials } = config
  const scope = `${s3.endpoint} ${s3.bucket} ${s3.region} ${credentials.accessKeyId} ${credentials.secretAccessKey} ${credentials.sessionToken}`

  return async (method, key, { ttlSeconds, headers = {}, query, stableForSeconds = 0 }) => {
    const span = stableForSeconds * 1000
    const time = now().getTime()
    const signedAt = span > 0 ? time - (time % span) : time
    const lifetimeSeconds = ttlSeconds + stableForSeconds
    const expiresAt = new Date(signedAt + lifetimeSeconds * 1000)
    const datetime = datetimeOf(new Date(signedAt))
    const signerOf = (address: string) => {
      const search = Object.entries({ ...query, "X-Amz-Expires": String(lifetimeSeconds) })
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join("&")
      return new CachedKeySigner({
        method,
        url: `${address}?${search}`,
        headers,
        ...credentials,
        service: "s3",
        region: s3.region,
        signQuery: true,
        // Without it aws4fetch leaves content-type and content-length unsigned, and the URL accepts any.
        allHeaders: true,
        datetime,
      })
    }

    if (query || !isCanonical(key, headers))
      return { url: await signerOf(objectAddress(config, key)).presignedUrl(), expiresAt }
    const name = `${scope} ${method} ${datetime.slice(0, 8)} ${lifetimeSeconds} ${Object.keys(headers).join()}`
    let signer = signersOfDay.get(name)
    if (!signer) {
      signer = signerOf(objectAddress(config, ""))
      if (signersOfDay.size >= maxSignersOfDay) signersOfDay.clear()
      signersOfDay.set(name, signer)
    }
    return { url: await signer.presignedUrlOf(key, headers, datetime), expiresAt }
  }
}

/** Uploads with and without a checksum and thumbnails, of two days and two session credentials. */
const maxSignersOfDay = 16

const signersOfDay = new Map<string, CachedKeySigner>()

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
