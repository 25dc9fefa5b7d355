/**
 * The header that makes a browser save a file under its name (RFC 6266 §4.3): an ASCII name for old
 * clients, and the full name in percent-encoded UTF-8 (RFC 8187 §3.2) for all others.
 */
export const contentDispositionOf = (filename: string): string => {
  const ascii = filename.replace(/[^\x20-\x7e]|["\\%]/g, "_")
  return `attachment; filename="${ascii}"; filename*=UTF-8''${extendedValue(filename)}`
}

// encodeURIComponent does not encode ' ( ) *, which RFC 8187 does not allow.
const extendedValue = (text: string): string =>
  encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
