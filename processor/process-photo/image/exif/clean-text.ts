// Longer than any honest caption; EXIF allows 4 GB.
const maxCharacters = 1000

/**
 * Text of a tag as it may stand in JSON, in Postgres (which refuses NUL) and on a page: up to the first NUL, without
 * control characters or bidi overrides, trimmed, NFC. Markup stays: it is only ever text. Null when nothing is left.
 */
export const cleanText = (bytes: Buffer): string | null => {
  const end = bytes.indexOf(0)
  const text = decode(end < 0 ? bytes : bytes.subarray(0, end))
    .replace(/[\t\n\r]+/g, " ")
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu, "")
    .normalize("NFC")
    .trim()
  return text === "" ? null : capped(text)
}

// EXIF says ASCII; cameras write UTF-8, and older software the code page of Western Windows ("© Jörg").
const utf8 = new TextDecoder("utf-8", { fatal: true })
const windows1252 = new TextDecoder("windows-1252")

const decode = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes)
  } catch {
    return windows1252.decode(bytes)
  }
}

const capped = (text: string): string =>
  text.length <= maxCharacters ? text : [...text].slice(0, maxCharacters).join("").trim()
