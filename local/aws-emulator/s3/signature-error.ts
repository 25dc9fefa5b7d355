import type { SignatureError } from "../sigv4/verify-request.ts"
import type { S3Error } from "./s3-error.ts"

/** The S3 error for an invalid signature: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const signatureErrorOf = (error: SignatureError): S3Error => {
  switch (error.reason) {
    case "unsigned":
      return { code: "AccessDenied", message: "Access Denied" }
    case "signed_twice":
      return {
        code: "InvalidArgument",
        message:
          "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string " +
          "parameter or the Authorization header should be specified",
      }
    case "malformed":
      return error.carrier === "query"
        ? {
            code: "AuthorizationQueryParametersError",
            message: `Error parsing the query-string authentication parameters; ${error.detail}`,
          }
        : {
            code: "AuthorizationHeaderMalformed",
            message: `The authorization header is malformed; ${error.detail}`,
          }
    case "access_key_unknown":
      return {
        code: "InvalidAccessKeyId",
        message: "The AWS Access Key Id you provided does not exist in our records.",
        facts: { AWSAccessKeyId: error.accessKeyId },
      }
    case "not_valid_yet":
      return { code: "AccessDenied", message: "Request is not valid yet" }
    case "expired":
      return {
        code: "AccessDenied",
        message: "Request has expired",
        facts: {
          "X-Amz-Expires": error.expiresSeconds,
          Expires: error.expiredAt.toISOString(),
          ServerTime: error.serverTime.toISOString(),
        },
      }
    case "clock_skewed":
      return {
        code: "RequestTimeTooSkewed",
        message: "The difference between the request time and the current time is too large.",
        facts: {
          RequestTime: error.signedAt.toISOString(),
          ServerTime: error.serverTime.toISOString(),
        },
      }
    case "headers_not_signed":
      return {
        code: "AccessDenied",
        message: "There were headers present in the request which were not signed",
        facts: { HeadersNotSigned: error.names.join(", ") },
      }
    case "signature_mismatch":
      return {
        code: "SignatureDoesNotMatch",
        message:
          "The request signature we calculated does not match the signature you provided. " +
          "Check your key and signing method.",
        facts: { StringToSign: error.stringToSign, CanonicalRequest: error.canonicalRequest },
      }
  }
}
