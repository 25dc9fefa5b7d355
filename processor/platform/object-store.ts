import { AwsClient } from "aws4fetch"
import type { Config } from "./config.ts"

/** S3 answered with an error or not at all: worth another try later. */
export class ObjectStoreUnavailable extends Error {
  override name = "ObjectStoreUnavailable"
}

export type ObjectStore = {
  /**
   * The object under `key`, if it still is the one with `etag`: what was checked is what is processed.
   * Null when it is gone or another. @throws ObjectStoreUnavailable
   */
  get: (key: string, etag: string, signal: AbortSignal) => Promise<ObjectBody | null>
  /** @throws ObjectStoreUnavailable */
  put: (key: string, body: Uint8Array<ArrayBuffer>, type: string, signal: AbortSignal) => Promise<void>
  /** An object that is not there is fine. @throws ObjectStoreUnavailable */
  remove: (key: string, signal: AbortSignal) => Promise<void>
}

export type ObjectBody = { bytes: number; stream: ReadableStream<Uint8Array> }

const retries = 2

export const objectStoreOf = (config: Pick<Config, "s3" | "credentials">): ObjectStore => {
  const client = new AwsClient({ ...config.credentials, service: "s3", region: config.s3.region, retries })
  const ask = async (key: string, init: RequestInit): Promise<Response> => {
    try {
      return await client.fetch(`${config.s3.endpoint.replace(/\/$/, "")}/${config.s3.bucket}/${key}`, init)
    } catch (error) {
      throw new ObjectStoreUnavailable(`${init.method} got no answer`, { cause: error })
    }
  }
  return {
    get: async (key, etag, signal) => {
      const response = await ask(key, { method: "GET", headers: { "if-match": `"${etag}"` }, signal })
      if (response.ok && response.body)
        return { bytes: Number(response.headers.get("content-length")), stream: response.body }
      await response.body?.cancel()
      if (response.status === 404 || response.status === 412) return null
      throw new ObjectStoreUnavailable(`GET answered ${response.status}`)
    },
    put: async (key, body, type, signal) => {
      const headers = { "content-type": type, "cache-control": "private, max-age=31536000, immutable" }
      const response = await ask(key, { method: "PUT", body, headers, signal })
      await response.body?.cancel()
      if (!response.ok) throw new ObjectStoreUnavailable(`PUT answered ${response.status}`)
    },
    remove: async (key, signal) => {
      const response = await ask(key, { method: "DELETE", signal })
      await response.body?.cancel()
      if (!response.ok) throw new ObjectStoreUnavailable(`DELETE answered ${response.status}`)
    },
  }
}
