import type { SignedRequest } from "./canonical-request.ts"
import type { Verifier } from "./verify-request.ts"

// The credentials, requests and signatures of the AWS documentation:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html

export const awsVerifier: Verifier = {
  service: "s3",
  region: "us-east-1",
  credentials: {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  },
  now: () => new Date("2013-05-24T00:01:00Z"),
}

const host = "examplebucket.s3.amazonaws.com"
const hashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/** "Authenticating Requests: Using Query Parameters" */
export const presignedExample: SignedRequest = {
  method: "GET",
  path: "/test.txt",
  query:
    "X-Amz-Algorithm=AWS4-HMAC-SHA256" +
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  headers: new Map([["host", host]]),
}

type Example = Partial<Omit<SignedRequest, "headers">> & {
  headers?: Record<string, string>
  signedHeaders?: string
  signature: string
}

const example = ({
  headers = {},
  signedHeaders = "host;x-amz-content-sha256;x-amz-date",
  ...rest
}: Example) => {
  const { signature, method = "GET", path = "/", query = "" } = rest
  const scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
  const all = {
    host,
    "x-amz-content-sha256": hashOfNothing,
    "x-amz-date": "20130524T000000Z",
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${signedHeaders},Signature=${signature}`,
  }
  return { method, path, query, headers: new Map(Object.entries(all)) } satisfies SignedRequest
}

/** "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk" */
export const headerExamples: Record<string, SignedRequest> = {
  "GET Object": example({
    path: "/test.txt",
    headers: { range: "bytes=0-9" },
    signedHeaders: "host;range;x-amz-content-sha256;x-amz-date",
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  }),
  "PUT Object": example({
    method: "PUT",
    path: "/test%24file.text",
    headers: {
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
    },
    signedHeaders: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
    signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  }),
  "GET Bucket Lifecycle": example({
    query: "lifecycle",
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  }),
  "GET Bucket (List Objects)": example({
    query: "max-keys=2&prefix=J",
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  }),
}
