import { ApiProblem, type ProblemDocument } from "./api-problem.ts"
import type { TokenSource } from "./token-source.ts"

/** One request to the API. */
export type ApiRequest = {
  body?: object
  /** The value of `Authorization`; replaces the access token. */
  authorization?: string
  idempotencyKey?: string
  ifNoneMatch?: string
  signal?: AbortSignal
}

export type RequestOptions = {
  baseUrl: string
  tokens?: TokenSource
  /** Time limit of one request, in ms. */
  timeoutMs: number
  fetch: typeof fetch
  /** Receives the headers of every response, for example to read `RateLimit`. */
  onHeaders?: (path: string, headers: Headers) => void
}

/** A response with its text, and its JSON body; null if it has none. */
export type ApiResponse = { status: number; headers: Headers; text: string; body: unknown }

/**
 * Sends a request and returns the response, 304 included. After a 401 it gets another token and repeats the request
 * once.
 * @throws ApiProblem for a problem response, TypeError when the API is unreachable, the signal's reason, or
 * TimeoutError after `timeoutMs`
 */
export const sendRequest = async (
  options: RequestOptions,
  method: string,
  path: string,
  request: ApiRequest,
): Promise<ApiResponse> => {
  const token = request.authorization === undefined ? await options.tokens?.get() : undefined
  const attempt = (bearer: string | undefined) => sendOnce(options, method, path, request, bearer)
  let response = await attempt(token)
  if (response.status === 401 && token !== undefined && options.tokens)
    response = await attempt(await options.tokens.replace(token))
  options.onHeaders?.(path, response.headers)
  if (response.status >= 400) throw problemOf(response)
  return response
}

const sendOnce = async (
  { baseUrl, timeoutMs, fetch: send }: RequestOptions,
  method: string,
  path: string,
  { body, authorization, idempotencyKey, ifNoneMatch, signal }: ApiRequest,
  token: string | undefined,
): Promise<ApiResponse> => {
  const credentials = authorization ?? (token && `Bearer ${token}`)
  // React Native has neither AbortSignal.timeout nor AbortSignal.any.
  const controller = new AbortController()
  const abort = () => controller.abort(signal?.reason)
  if (signal?.aborted) abort()
  signal?.addEventListener("abort", abort)
  const timer = setTimeout(() => controller.abort(new Error(`no response within ${timeoutMs} ms`)), timeoutMs)
  try {
    const response = await send(`${baseUrl.replace(/\/$/, "")}${path}`, {
      method,
      headers: {
        ...(credentials && { authorization: credentials }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(idempotencyKey !== undefined && { "idempotency-key": `"${idempotencyKey}"` }),
        ...(ifNoneMatch !== undefined && { "if-none-match": ifNoneMatch }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: controller.signal,
    })
    // Read within the time limit: a connection can also break after the headers.
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: parsed(text) }
  } catch (error) {
    // React Native's fetch rejects with an AbortError of its own.
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener("abort", abort)
  }
}

const parsed = (text: string): unknown => {
  if (text === "") return null
  try {
    return JSON.parse(text)
  } catch {
    // A proxy between the client and the API sent a page of its own.
    return null
  }
}

const problemOf = ({ status, headers, body }: ApiResponse): ApiProblem => {
  const document = body as Partial<ProblemDocument> | null
  const retryAfterSeconds = Number.parseInt(headers.get("retry-after") ?? "", 10)
  return new ApiProblem(
    { type: "about:blank", title: `HTTP ${status}`, ...document, status },
    Number.isNaN(retryAfterSeconds) ? null : retryAfterSeconds * 1000,
  )
}

/** Builds a path with encoded parameters. */
export const path = (texts: TemplateStringsArray, ...parameters: readonly string[]): string =>
  texts.reduce((path, text, index) => `${path}${encodeURIComponent(parameters[index - 1] ?? "")}${text}`)

/** The query part of a URL; empty without parameters. React Native's URLSearchParams cannot be used. */
export const search = (query: Record<string, string | number | undefined> = {}): string => {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  )
  return pairs.length > 0 ? `?${pairs.join("&")}` : ""
}
