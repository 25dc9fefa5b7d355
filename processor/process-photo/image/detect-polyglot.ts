import type { ByteSource } from "./byte-source.ts"
import type { ImageHeader } from "./format/image-header.ts"

/**
 * What else a photo is for a program other than a viewer, or null. Trailing data alone is no sign: phones append
 * the film of a motion photo.
 */
export const detectPolyglot = (source: ByteSource, header: ImageHeader): string | null => {
  if (source.peek(0, pdfHeaderBytes).includes("%PDF-")) return "a PDF document"
  if (endsAsZip(source)) return "an archive"
  if (startsAsScript(source)) return "a script"
  if (header.comments.some(({ start, length }) => holdsMarkup(source, start, length))) return "a web page"
  if (header.endsAt !== null && holdsMarkup(source, header.endsAt, scannedBytes)) return "a web page"
  return null
}

// Readers look for the header in the first 1024 bytes (ISO 32000-1 Annex H.3.4.1).
const pdfHeaderBytes = 1024
const scannedBytes = 64 * 1024

// APPNOTE 4.3.16: 22 bytes, then a comment of up to 64 KiB whose length stands in the last two of them.
const zipEndBytes = 22

const endsAsZip = (source: ByteSource): boolean => {
  const length = Math.min(source.size, zipEndBytes + 0xffff)
  const tail = source.peek(source.size - length, length)
  for (
    let at = tail.lastIndexOf("PK\x05\x06");
    at >= 0;
    at = at === 0 ? -1 : tail.lastIndexOf("PK\x05\x06", at - 1)
  ) {
    const isWhole = at + zipEndBytes <= tail.length
    if (isWhole && at + zipEndBytes + tail.readUInt16LE(at + 20) === tail.length) return true
  }
  return false
}

// A GIF whose screen is 10799 px wide begins as "GIF89a/*": the start of a comment in JavaScript.
const startsAsScript = (source: ByteSource): boolean =>
  /^GIF8[79]a(?:\/\*|=)/.test(source.peek(0, 8).toString("latin1"))

const holdsMarkup = (source: ByteSource, start: number, length: number): boolean =>
  /<(?:script|html|body|iframe|svg|!doctype html)[\s>]|<\?php/i.test(
    source.peek(start, Math.min(length, scannedBytes)).toString("latin1"),
  )
