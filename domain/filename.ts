import { extensionOf, isPhotoExtension } from "./photo-type.ts"

/** Longest filename, in UTF-8 bytes: the limit of common file systems. */
export const maxFilenameBytes = 255

/** Why a filename is rejected. */
export type FilenameFault = "empty" | "too_long" | "characters" | "hidden" | "extension"

// Letters of every script, digits, marks, punctuation, symbols (emoji), spaces and the zero width joiner of emoji.
// Not allowed: control characters, bidirectional overrides (Unicode TR 36 §2.1), lone surrogates, unassigned code points.
const allowedCharacters = /^(?:[\p{L}\p{M}\p{N}\p{P}\p{S} \u00a0\u202f\u3000]|\u200d)+$/u

// Separators, and characters that Windows does not allow (https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
const forbiddenCharacters = /[/\\<>"|?*]/

/** Returns the first reason to reject `filename`, or null. A missing extension is allowed: some phones omit it. */
export const filenameFault = (filename: string): FilenameFault | null => {
  if (filename.trim() === "") return "empty"
  if (utf8Length(filename) > maxFilenameBytes) return "too_long"
  if (!allowedCharacters.test(filename) || forbiddenCharacters.test(filename)) return "characters"
  if (filename.startsWith(".")) return "hidden"
  return hasOtherExtension(filename) ? "extension" : null
}

const hasOtherExtension = (filename: string): boolean => {
  const extension = extensionOf(filename)
  return extension !== null && !isPhotoExtension(extension)
}

const utf8Length = (text: string): number => {
  let bytes = 0
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4
  }
  return bytes
}
