/** A request as SigV4 sees it: the path and query as they were sent, header names in lower case. */
export type SignedRequest = {
  method: string
  /** Raw path, percent-encoded as sent. */
  path: string
  /** Raw query without `?`. */
  query: string
  headers: ReadonlyMap<string, string>
}

/**
 * The text whose hash is signed:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html#canonical-request
 */
export const canonicalRequestOf = (
  { method, path, query, headers }: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string =>
  [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${(headers.get(name) ?? "").trim().replace(/\s+/g, " ")}`),
    "",
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n")

/** The parameters of a raw query, decoded. A `+` is a plus: SigV4 knows no form encoding. */
export const queryParameters = (query: string): [string, string][] =>
  query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=")
      return equals < 0 ? [decode(pair), ""] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
    })

// S3 encodes each segment once, unlike every other service.
const canonicalPath = (path: string): string =>
  path
    .split("/")
    .map((segment) => encode(decode(segment)))
    .join("/")

const canonicalQuery = (query: string): string =>
  queryParameters(query)
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort(byCodePoint)
    .join("&")

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

// RFC 3986's unreserved characters stay, which encodeURIComponent alone does not see to.
const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
