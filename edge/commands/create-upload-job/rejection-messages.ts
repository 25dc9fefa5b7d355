import { photoTypes } from "../../../domain/photo-type.ts"
import type { FileRefusal, RefusedFile } from "../../../domain/upload-job.ts"
import type { FieldError } from "../../http/problem.ts"

/** Points at what is wrong with a file. */
export const toFieldError = ({ index, refusal }: RefusedFile): FieldError => ({
  pointer: `#/files/${index}/${fieldOf[refusal.reason]}`,
  code: refusal.reason,
  detail: rejectionMessage(refusal),
})

/** Why a file is refused, for the one whose file it is. */
export const rejectionMessage = (refusal: FileRefusal): string => {
  switch (refusal.reason) {
    case "filename_refused":
      return filenameFaults[refusal.fault]
    case "type_refused":
      return `The media type is not supported. Supported: ${photoTypes.join(", ")}.`
    case "file_empty":
      return "The file is empty."
    case "file_too_large":
      return `The file has ${refusal.bytes} bytes; at most ${refusal.maxBytes} are taken.`
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
  characters: 'The filename has control or bidirectional characters, or one of / \\ < > " | ? *.',
  hidden: "The filename begins with a dot.",
  extension: "The filename has an extension that is not a photo's.",
} as const
