import { conformanceOf } from "../edge/reference/conformance.ts"
import type { OpenApi } from "../edge/reference/openapi.ts"

/**
 * A fetch that validates every response of the API at `baseUrl` against the OpenAPI document that the API serves.
 * Requests to other hosts, such as the object storage, are not validated. Rejects with an Error for a mismatch.
 */
export const validatingFetch = (baseUrl: string): typeof fetch => {
  const { origin } = new URL(baseUrl)
  let check: Promise<ReturnType<typeof conformanceOf>> | undefined
  const loadDocument = async () => {
    const response = await fetch(new URL("/openapi.json", origin))
    if (!response.ok) throw new Error(`GET /openapi.json: ${response.status} ${await response.text()}`)
    return conformanceOf((await response.json()) as OpenApi)
  }

  return async (input, init) => {
    const request = new Request(input, init)
    const response = await fetch(input, init)
    const url = new URL(request.url)
    if (url.origin !== origin) return response
    check ??= loadDocument()
    const contentType = response.headers.get("content-type")
    const isStream = contentType?.startsWith("text/event-stream") ?? false
    const text = isStream ? "" : await response.clone().text()
    const mismatch = (await check)(request.method, url.pathname, {
      status: response.status,
      contentType,
      text,
    })
    if (mismatch) throw new Error(`The response does not match the OpenAPI document: ${mismatch}`)
    return response
  }
}
