import type { SignatureError } from "../sigv4/verify-request.ts"

/** An SQS error in the AWS JSON protocol. */
export type SqsError = { status: number; type: string; message: string }

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html */
export const sqsErrorOf = (error: SignatureError): SqsError => {
  switch (error.reason) {
    case "unsigned":
      return { status: 403, type: "MissingAuthenticationToken", message: "The request is not signed." }
    case "signed_twice":
      return { status: 403, type: "IncompleteSignature", message: "Only one way to authenticate is allowed." }
    case "malformed":
      return { status: 403, type: "IncompleteSignature", message: error.detail }
    case "access_key_unknown":
      return {
        status: 403,
        type: "InvalidClientTokenId",
        message: `The access key ${error.accessKeyId} is not the one that the local storage was started with.`,
      }
    case "not_valid_yet":
    case "expired":
    case "clock_skewed":
      return {
        status: 400,
        type: "RequestExpired",
        message: "The request's time is too far from the server's.",
      }
    case "headers_not_signed":
      return {
        status: 403,
        type: "IncompleteSignature",
        message: `Headers must be signed: ${error.names.join(", ")}`,
      }
    case "signature_mismatch":
      return {
        status: 403,
        type: "SignatureDoesNotMatch",
        message: `The signature is not the one of this request:\n${error.canonicalRequest}`,
      }
  }
}
