import { photoTypes } from "../../../domain/photo-type.ts"
import type { FileRejection, RejectedFile } from "../../../domain/upload-job.ts"
import type { FieldError } from "../../http/problem.ts"

/** Returns a field error with a pointer to the invalid field of a file. */
export const toFieldError = ({ index, rejection }: RejectedFile): FieldError => ({
  pointer: `#/files/${index}/${fieldOf[rejection.reason]}`,
  code: rejection.reason,
  detail: rejectionMessage(rejection),
})

/** Returns the reason of a rejected file, for the user. */
export const rejectionMessage = (rejection: FileRejection): string => {
  switch (rejection.reason) {
    case "filename_invalid":
      return filenameFaults[rejection.fault]
    case "path_invalid":
      return pathFaults[rejection.fault]
    case "type_unsupported":
      return `The media type is not supported. Supported: ${photoTypes.join(", ")}.`
    case "file_empty":
      return "The file is empty."
    case "file_too_large":
      return `The file has ${rejection.bytes} bytes; the limit is ${rejection.maxBytes} bytes.`
  }
}

const fieldOf = {
  filename_invalid: "filename",
  path_invalid: "path",
  type_unsupported: "mimeType",
  file_empty: "bytes",
  file_too_large: "bytes",
} as const satisfies Record<FileRejection["reason"], string>

const filenameFaults = {
  empty: "The filename is empty.",
  too_long: "The filename is longer than 255 bytes in UTF-8.",
  characters: 'The filename contains control or bidirectional characters, or one of / \\ < > " | ? *.',
  hidden: "The filename begins with a dot.",
  extension: "The extension of the filename is not supported.",
} as const

const pathFaults = {
  too_long: "The path is longer than 1,024 characters.",
  absolute: "The path is not relative. Send the folder without a drive or a leading slash.",
  segments: "A segment of the path is empty, `.` or `..`.",
  characters: "The path contains control or bidirectional characters.",
} as const
