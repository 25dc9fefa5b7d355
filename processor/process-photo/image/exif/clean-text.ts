// Longer than any real caption; EXIF allows 4 GB.
const maxCharacters = 1000

/**
 * Makes the text of a tag safe for JSON, Postgres (which rejects NUL) and web pages: cut at the first NUL, without
 * control characters or bidi overrides, trimmed, NFC. Markup is kept, as text. Null if nothing is left.
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

// EXIF specifies ASCII; cameras write UTF-8, and older software writes Windows-1252 ("© Jörg").
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
