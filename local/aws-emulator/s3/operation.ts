import type { Address } from "./address.ts"

type Rule = {
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE"
  on: Address["on"]
  /** Query parameters that make it this operation and no other. */
  needs?: readonly string[]
  /** Query parameters that it knows beside those. */
  knows?: readonly string[]
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Overriding response header values" */
export const responseOverrides: Readonly<Record<string, string>> = {
  "response-cache-control": "cache-control",
  "response-content-disposition": "content-disposition",
  "response-content-encoding": "content-encoding",
  "response-content-language": "content-language",
  "response-content-type": "content-type",
  "response-expires": "expires",
}

const overrides = Object.keys(responseOverrides)

// What works here as it does on AWS. Everything else is refused: fauxqs answers 200 to many a sub-resource that it
// does not know, and takes PutObjectTagging for a PutObject.
const rules = {
  ListBuckets: { method: "GET", on: "service" },
  HeadBucket: { method: "HEAD", on: "bucket" },
  ListMultipartUploads: {
    method: "GET",
    on: "bucket",
    needs: ["uploads"],
    knows: ["prefix", "key-marker", "upload-id-marker", "max-uploads"],
  },
  ListObjectsV2: {
    method: "GET",
    on: "bucket",
    needs: ["list-type"],
    knows: ["prefix", "delimiter", "max-keys", "start-after", "continuation-token"],
  },
  ListObjects: { method: "GET", on: "bucket", knows: ["prefix", "delimiter", "max-keys", "marker"] },
  DeleteObjects: { method: "POST", on: "bucket", needs: ["delete"] },
  ListParts: {
    method: "GET",
    on: "object",
    needs: ["uploadId"],
    knows: ["max-parts", "part-number-marker"],
  },
  GetObjectAttributes: { method: "GET", on: "object", needs: ["attributes"] },
  GetObject: { method: "GET", on: "object", knows: ["partNumber", ...overrides] },
  HeadObject: { method: "HEAD", on: "object", knows: overrides },
  UploadPart: { method: "PUT", on: "object", needs: ["partNumber", "uploadId"] },
  PutObject: { method: "PUT", on: "object" },
  CreateMultipartUpload: { method: "POST", on: "object", needs: ["uploads"] },
  CompleteMultipartUpload: { method: "POST", on: "object", needs: ["uploadId"] },
  AbortMultipartUpload: { method: "DELETE", on: "object", needs: ["uploadId"] },
  DeleteObject: { method: "DELETE", on: "object" },
} as const satisfies Record<string, Rule>

/** What a request wants of S3. PutObject is also CopyObject, and UploadPart UploadPartCopy, by a header. */
export type Operation = keyof typeof rules

/** The operation that a request asks for, or null when it is none that is offered here. */
export const operationOf = (
  method: string,
  { on }: Address,
  parameterNames: readonly string[],
): Operation | null => {
  // The AWS SDK adds `x-id` to say which operation it means.
  const names = parameterNames.filter((name) => name !== "x-id")
  const isMeant = ({ needs = [], knows = [], ...rule }: Rule) =>
    rule.method === method &&
    rule.on === on &&
    needs.every((name) => names.includes(name)) &&
    names.every((name) => needs.includes(name) || knows.includes(name))
  return operations.find((operation) => isMeant(rules[operation])) ?? null
}

const isOperation = (name: string): name is Operation => name in rules
const operations = Object.keys(rules).filter(isOperation)
