import { AwsClient } from "aws4fetch"
import { ObjectStoreUnavailable } from "../../../domain/outage.ts"
import type { Config } from "../../config.ts"
import { objectUrl } from "./presign.ts"

export type S3Request = {
  method: "HEAD" | "GET" | "POST" | "DELETE"
  key: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: string
  /** Expected statuses. Any other status counts as an outage. */
  expected: readonly number[]
}

export type SendS3Request = (request: S3Request) => Promise<Response>

const timeoutMs = 5_000

const signingKeys = new Map<string, ArrayBuffer>()

/** Returns a function that sends signed requests, with one retry, and throws ObjectStoreUnavailable. */
export const s3RequestsOf = (config: Config): SendS3Request => {
  const client = new AwsClient({
    ...config.credentials,
    service: "s3",
    region: config.s3.region,
    retries: 1,
    cache: signingKeys,
  })
  return async ({ method, key, query = {}, headers = {}, body, expected }) => {
    const url = objectUrl(config, key)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const signal = AbortSignal.timeout(timeoutMs)
    let response: Response
    try {
      response = await client.fetch(url.href, {
        method,
        headers,
        signal,
        ...(body !== undefined && { body }),
      })
    } catch (error) {
      throw new ObjectStoreUnavailable(`${method} got no response`, { cause: error })
    }
    if (expected.includes(response.status)) return response
    await response.body?.cancel()
    throw new ObjectStoreUnavailable(`${method} returned ${response.status}`)
  }
}
