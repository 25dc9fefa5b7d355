import type { Checksum } from "./checksums.ts"
import type { MultipartUpload, UploadedPart } from "./multipart-uploads.ts"
import { type ListedPart, listedChecksumError } from "./part-checksums.ts"
import { S3RequestError } from "./s3-error.ts"

/**
 * Checks the list of parts of CompleteMultipartUpload, which fauxqs does not: it would complete the upload of a malformed
 * list as an empty object, and ignores the checksums of the parts.
 */
export const partListCheck = (upload: MultipartUpload, stored: readonly UploadedPart[]): Checksum => {
  let list = ""
  return {
    update: (chunk) => {
      list += Buffer.from(chunk).toString("latin1")
    },
    finish: () => {
      const listed = listedPartsOf(list)
      if (listed.length > 0) return listedChecksumError(listed, upload, stored)
      return new S3RequestError(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate.",
      )
    },
  }
}

const listedPartsOf = (list: string): ListedPart[] =>
  [...list.matchAll(/<Part>(.*?)<\/Part>/gs)].flatMap(([, part = ""]) => {
    const partNumber = /<PartNumber>\s*(\d+)\s*<\/PartNumber>/.exec(part)?.[1]
    const checksums = [...part.matchAll(/<Checksum(\w+)>\s*([^<\s]+)\s*<\/Checksum\1>/g)]
    return partNumber === undefined
      ? []
      : [
          {
            partNumber: Number(partNumber),
            checksums: Object.fromEntries(checksums.map(([, name = "", value = ""]) => [name, value])),
          },
        ]
  })
