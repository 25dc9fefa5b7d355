import { conformanceOf } from "../edge/reference/conformance.ts"
import type { OpenApi } from "../edge/reference/openapi.ts"

/**
 * A fetch that holds every answer of the API at `baseUrl` against the document the API itself serves; what goes
 * elsewhere, to the object storage, is left alone. It rejects with an Error that says what is wrong.
 */
export const validatingFetch = (baseUrl: string): typeof fetch => {
  const { origin } = new URL(baseUrl)
  let check: Promise<ReturnType<typeof conformanceOf>> | undefined
  const documented = async () => {
    const response = await fetch(new URL("/openapi.json", origin))
    if (!response.ok) throw new Error(`GET /openapi.json: ${response.status} ${await response.text()}`)
    return conformanceOf((await response.json()) as OpenApi)
  }

  return async (input, init) => {
    const request = new Request(input, init)
    const response = await fetch(input, init)
    const url = new URL(request.url)
    if (url.origin !== origin) return response
    check ??= documented()
    const contentType = response.headers.get("content-type")
    const isStream = contentType?.startsWith("text/event-stream") ?? false
    const text = isStream ? "" : await response.clone().text()
    const wrong = (await check)(request.method, url.pathname, { status: response.status, contentType, text })
    if (wrong) throw new Error(`The API does not keep its document: ${wrong}`)
    return response
  }
}
