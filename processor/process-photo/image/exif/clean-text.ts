// Longer than any real caption; EXIF allows 4 GB.
const maxCharacters = 1000

/** Makes the text of a tag safe: its bytes are decoded and cleaned. Null if nothing is left. */
export const cleanText = (bytes: Buffer): string | null =>
  cleanString(decodeText(cutAtNul(bytes)), maxCharacters)

/**
 * Makes a text safe for JSON, Postgres (which rejects NUL) and web pages: cut at the first NUL, without
 * control characters or bidi overrides, trimmed, NFC. Markup is kept, as text. Null if nothing is left.
 */
export const cleanString = (text: string, limit: number): string | null => {
  const clean = (text.split("\0", 1)[0] ?? "")
    .toWellFormed()
    .replace(/[\t\n\r]+/g, " ")
    .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu, "")
    .normalize("NFC")
    .trim()
  return clean === "" ? null : capped(clean, limit)
}

const cutAtNul = (bytes: Buffer): Buffer => {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

// EXIF specifies ASCII; cameras write UTF-8, and older software writes Windows-1252 ("© Jörg").
const utf8 = new TextDecoder("utf-8", { fatal: true })
const windows1252 = new TextDecoder("windows-1252")

/** Decodes UTF-8, or Windows-1252 if the bytes are not UTF-8. */
export const decodeText = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes)
  } catch {
    return windows1252.decode(bytes)
  }
}

const capped = (text: string, limit: number): string =>
  text.length <= limit ? text : [...text].slice(0, limit).join("").trim()
