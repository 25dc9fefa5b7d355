import { photoTypes } from "../../../domain/photo-type.ts"
import type { FileRefusal, RefusedFile } from "../../../domain/upload-job.ts"
import type { FieldError } from "../../http/problem.ts"

/** Returns the field error for a rejected file. */
export const toFieldError = ({ index, refusal }: RefusedFile): FieldError => ({
  pointer: `#/files/${index}/${fieldOf[refusal.reason]}`,
  code: refusal.reason,
  detail: rejectionMessage(refusal),
})

/** Returns why a file is rejected, in a message for its owner. */
export const rejectionMessage = (refusal: FileRefusal): string => {
  switch (refusal.reason) {
    case "filename_refused":
      return filenameFaults[refusal.fault]
    case "type_refused":
      return `The media type is not supported. Supported: ${photoTypes.join(", ")}.`
    case "file_empty":
      return "The file is empty."
    case "file_too_large":
      return `The file has ${refusal.bytes} bytes; the limit is ${refusal.maxBytes} bytes.`
  }
}

const fieldOf = {
  filename_refused: "filename",
  type_refused: "mimeType",
  file_empty: "bytes",
  file_too_large: "bytes",
} as const satisfies Record<FileRefusal["reason"], string>

const filenameFaults = {
  empty: "The filename is empty.",
  too_long: "The filename is longer than 255 bytes in UTF-8.",
  characters: 'The filename contains control or bidirectional characters, or one of / \\ < > " | ? *.',
  hidden: "The filename begins with a dot.",
  extension: "The extension of the filename is not supported.",
} as const
