import { element, xmlDocument } from "../xml.ts"

/** The errors that the emulator returns: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const statuses = {
  AccessDenied: 403,
  AccessForbidden: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BadRequest: 400,
  ConditionalRequestConflict: 409,
  EntityTooLarge: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidRequest: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MissingContentLength: 411,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
} as const

/** An S3 error. `facts` are additional elements of its XML. */
export type S3Error = {
  code: keyof typeof statuses
  message: string
  facts?: Readonly<Record<string, string | number>>
}

/** Thrown anywhere, including in a stream, to return an S3 error. */
export class S3RequestError extends Error {
  override name = "S3RequestError"
  readonly s3Error: S3Error

  constructor(code: S3Error["code"], message: string, facts: S3Error["facts"] = {}) {
    super(`${code}: ${message}`)
    this.s3Error = { code, message, facts }
  }
}

export const statusOf = ({ code }: S3Error): number => statuses[code]

/** The body of an S3 error. */
export const errorXml = ({ code, message, facts = {} }: S3Error, requestId: string): string =>
  xmlDocument(
    element("Error", [
      element("Code", code),
      element("Message", message),
      ...Object.entries(facts).map(([name, value]) => element(name, value)),
      element("RequestId", requestId),
    ]),
  )
