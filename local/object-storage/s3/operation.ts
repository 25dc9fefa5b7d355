import { queryParameters, type SignedRequest } from "./sigv4/canonical-request.ts"

type ObjectName = { bucket: string; key: string }

/** What a request wants of S3. `path` is raw, `query` what the emulator needs of it. */
export type S3Operation = { path: string; query: string; responseHeaders: Record<string, string> } & (
  | { kind: "put-object"; object: ObjectName }
  | { kind: "complete-multipart"; object: ObjectName }
  | { kind: "other" }
  | { kind: "unsupported" }
)

// The emulator answers 200 to others and does nothing, or the wrong thing.
const knownSubresources = [
  "uploads",
  "uploadId",
  "partNumber",
  "list-type",
  "prefix",
  "continuation-token",
  "max-keys",
]

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Overriding response header values" */
const overrides: Record<string, string> = {
  "response-cache-control": "cache-control",
  "response-content-disposition": "content-disposition",
  "response-content-encoding": "content-encoding",
  "response-content-language": "content-language",
  "response-content-type": "content-type",
  "response-expires": "expires",
}

/** Reads a request's method, path and query; what authenticates it is left out. */
export const operationOf = ({ method, path, query, headers }: SignedRequest): S3Operation => {
  const parameters = queryParameters(query).filter(([name]) => !/^x-amz-/i.test(name))
  const subresources = parameters.filter(([name]) => !(name in overrides) && name !== "x-id")
  const names = subresources.map(([name]) => name)
  const target = {
    path,
    query: subresources
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join("&"),
    responseHeaders: method === "GET" ? overriddenHeaders(parameters) : {},
  }
  const isListing = method === "GET" && names.some((name) => name === "uploads" || name === "uploadId")
  const isChunked = headers.get("x-amz-content-sha256")?.startsWith("STREAMING-") ?? false
  if (isListing || isChunked || names.some((name) => !knownSubresources.includes(name)))
    return { ...target, kind: "unsupported" }

  const object = objectOf(path)
  if (object && method === "PUT" && names.length === 0) return { ...target, kind: "put-object", object }
  if (object && method === "POST" && names.includes("uploadId"))
    return { ...target, kind: "complete-multipart", object }
  return { ...target, kind: "other" }
}

const overriddenHeaders = (parameters: readonly [string, string][]): Record<string, string> =>
  Object.fromEntries(
    parameters.flatMap(([name, value]) => {
      const header = overrides[name]
      return header ? [[header, value]] : []
    }),
  )

const objectOf = (path: string): ObjectName | null => {
  const [, bucket, ...key] = path.split("/")
  return bucket && key.join("/") !== "" ? { bucket, key: key.map(decodeURIComponent).join("/") } : null
}
