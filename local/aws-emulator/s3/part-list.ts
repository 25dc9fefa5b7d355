import type { Checksum } from "./checksums.ts"
import { S3RequestError } from "./s3-error.ts"

/** Rejects a malformed list of parts, as S3 does. fauxqs would complete the upload as an empty object. */
export const partListCheck = (): Checksum => {
  let list = ""
  return {
    update: (chunk) => {
      list += Buffer.from(chunk).toString("latin1")
    },
    finish: () =>
      /<PartNumber>\s*\d+\s*<\/PartNumber>/.test(list)
        ? null
        : new S3RequestError("MalformedXML", "The XML you provided was not well-formed or did not validate."),
  }
}
