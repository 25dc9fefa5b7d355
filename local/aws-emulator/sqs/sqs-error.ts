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
        message: `The access key ${error.accessKeyId} is not the access key of the emulator.`,
      }
    case "not_valid_yet":
    case "expired":
    case "clock_skewed":
      return {
        status: 400,
        type: "RequestExpired",
        message: "The difference between the request time and the server time is too large.",
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
        message: `The signature does not match the request:\n${error.canonicalRequest}`,
      }
  }
}
