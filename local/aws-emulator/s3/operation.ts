import type { Address } from "./address.ts"

type Rule = {
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE"
  on: Address["on"]
  /** Query parameters that select this operation. */
  requires?: readonly string[]
  /** Other supported query parameters. */
  supports?: readonly string[]
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

// Operations that work as on AWS. All others are rejected: fauxqs returns 200 for many unsupported sub-resources, and
// treats PutObjectTagging as PutObject.
const rules = {
  ListBuckets: { method: "GET", on: "service" },
  HeadBucket: { method: "HEAD", on: "bucket" },
  ListMultipartUploads: {
    method: "GET",
    on: "bucket",
    requires: ["uploads"],
    supports: ["prefix", "key-marker", "upload-id-marker", "max-uploads"],
  },
  ListObjectsV2: {
    method: "GET",
    on: "bucket",
    requires: ["list-type"],
    supports: ["prefix", "delimiter", "max-keys", "start-after", "continuation-token"],
  },
  ListObjects: { method: "GET", on: "bucket", supports: ["prefix", "delimiter", "max-keys", "marker"] },
  DeleteObjects: { method: "POST", on: "bucket", requires: ["delete"] },
  ListParts: {
    method: "GET",
    on: "object",
    requires: ["uploadId"],
    supports: ["max-parts", "part-number-marker"],
  },
  GetObjectAttributes: { method: "GET", on: "object", requires: ["attributes"] },
  GetObject: { method: "GET", on: "object", supports: ["partNumber", ...overrides] },
  HeadObject: { method: "HEAD", on: "object", supports: overrides },
  UploadPart: { method: "PUT", on: "object", requires: ["partNumber", "uploadId"] },
  PutObject: { method: "PUT", on: "object" },
  CreateMultipartUpload: { method: "POST", on: "object", requires: ["uploads"] },
  CompleteMultipartUpload: { method: "POST", on: "object", requires: ["uploadId"] },
  AbortMultipartUpload: { method: "DELETE", on: "object", requires: ["uploadId"] },
  DeleteObject: { method: "DELETE", on: "object" },
} as const satisfies Record<string, Rule>

/** An S3 operation. A header turns PutObject into CopyObject and UploadPart into UploadPartCopy. */
export type Operation = keyof typeof rules

/** The operation of a request, or null if it is not supported. */
export const operationOf = (
  method: string,
  { on }: Address,
  parameterNames: readonly string[],
): Operation | null => {
  // The AWS SDK adds `x-id` with the name of the operation.
  const names = parameterNames.filter((name) => name !== "x-id")
  const matches = ({ requires = [], supports = [], ...rule }: Rule) =>
    rule.method === method &&
    rule.on === on &&
    requires.every((name) => names.includes(name)) &&
    names.every((name) => requires.includes(name) || supports.includes(name))
  return operations.find((operation) => matches(rules[operation])) ?? null
}

const isOperation = (name: string): name is Operation => name in rules
const operations = Object.keys(rules).filter(isOperation)
