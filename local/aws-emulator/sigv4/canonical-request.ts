import { uriDecode, uriEncode, uriEncodePath } from "./uri-encoding.ts"

/** A signed request: path and query as sent, header names in lower case. */
export type SignedRequest = {
  method: string
  /** Raw path, percent-encoded as sent. */
  path: string
  /** Raw query without `?`. */
  query: string
  headers: ReadonlyMap<string, string>
}

/** The supported services. They differ in the canonical form of a path. */
export type SigningService = "s3" | "sqs"

/**
 * The text whose hash is signed:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html#canonical-request
 */
export const canonicalRequestOf = (
  { method, path, query, headers }: SignedRequest,
  service: SigningService,
  signedHeaders: readonly string[],
  payloadHash: string,
): string =>
  [
    method,
    canonicalPath(path, service),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${(headers.get(name) ?? "").trim().replace(/\s+/g, " ")}`),
    "",
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n")

/** The decoded parameters of a raw query, in the order in which they were sent. AWS decodes `+` as a space. */
export const queryParameters = (query: string): [string, string][] =>
  query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", ...value] = pair.split("=")
      return [decodeOrKeep(name), decodeOrKeep(value.join("="))]
    })

/**
 * Decodes a raw path, or returns null if it is not percent-encoded UTF-8. S3 decodes a raw `+` as a space; a plus is sent
 * as `%2B`. `%2F` is decoded to a slash.
 */
export const decodedS3Path = (path: string): string | null => uriDecode(path.replaceAll("+", " "))

// For S3 the path is encoded once. For all other services the already encoded path is encoded again:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
const canonicalPath = (path: string, service: SigningService): string =>
  uriEncodePath(service === "s3" ? (decodedS3Path(path) ?? path) : path)

const canonicalQuery = (query: string): string =>
  queryParameters(query)
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a, x], [b, y]) => byCodePoint(a, b) || byCodePoint(x, y))
    .map((pair) => pair.join("="))
    .join("&")

const decodeOrKeep = (text: string): string => uriDecode(text.replaceAll("+", " ")) ?? text

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
