import type { Checksum } from "./checksums.ts"
import { S3Refused } from "./s3-error.ts"

/** fauxqs completes an upload whose list it can't read as an empty object; S3 calls the list malformed. */
export const partListCheck = (): Checksum => {
  let list = ""
  return {
    update: (chunk) => {
      list += Buffer.from(chunk).toString("latin1")
    },
    finish: () =>
      /<PartNumber>\s*\d+\s*<\/PartNumber>/.test(list)
        ? null
        : new S3Refused("MalformedXML", "The XML you provided was not well-formed or did not validate."),
  }
}
