import { type PhotoAnomaly, photoAnomalies } from "../../../domain/image.ts"
import type { ByteSource } from "./byte-source.ts"
import type { ImageHeader } from "./format/image-header.ts"

/**
 * Finds other content in a photo's file. Viewers ignore it, so the photo is accepted, but programs that read only
 * the end of a file, or search it, may detect another format.
 */
export const findAnomalies = (source: ByteSource, header: ImageHeader): PhotoAnomaly[] => {
  const found: Record<PhotoAnomaly, boolean> = {
    TRAILING_DATA: header.endsAt !== null && hasUnknownTrailer(source, header.endsAt),
    EMBEDDED_MARKUP:
      header.comments.some(({ start, length }) => hasMarkup(source, start, length)) ||
      (header.endsAt !== null && hasMarkup(source, header.endsAt, scannedBytes)),
    EMBEDDED_ARCHIVE: endsAsZip(source),
    EMBEDDED_DOCUMENT: source.peek(0, pdfHeaderBytes).includes("%PDF-"),
    EMBEDDED_SCRIPT: startsAsScript(source),
  }
  return photoAnomalies.filter((anomaly) => found[anomaly])
}

// Readers look for the header in the first 1024 bytes (ISO 32000-1 Annex H.3.4.1).
const pdfHeaderBytes = 1024
const scannedBytes = 64 * 1024

/**
 * Cameras append padding, a second picture (CIPA DC-007: a preview, a gain map), the video of a motion photo, and
 * Samsung's blocks, which end with SEFT.
 */
const hasUnknownTrailer = (source: ByteSource, endsAt: number): boolean => {
  const trailer = source.peek(endsAt, scannedBytes)
  const padding = trailer.findIndex((byte) => byte !== 0)
  if (padding < 0) return false
  const start = trailer.toString("latin1", padding, padding + 3)
  // A box begins with its length, whose first bytes are zeros.
  const isVideo = trailer.subarray(Math.max(0, padding - 4), padding + 12).includes("ftyp")
  const isSamsung = source.peek(source.size - 4, 4).toString("latin1") === "SEFT"
  return start !== "\xff\xd8\xff" && !isVideo && !isSamsung
}

// APPNOTE 4.3.16: 22 bytes, then a comment of up to 64 KiB whose length is in the last two of them.
const zipEndBytes = 22
const zipEndMark = "PK\x05\x06"

const endsAsZip = (source: ByteSource): boolean => {
  const length = Math.min(source.size, zipEndBytes + 0xffff)
  const tail = source.peek(source.size - length, length)
  for (
    let at = tail.lastIndexOf(zipEndMark);
    at >= 0;
    at = at === 0 ? -1 : tail.lastIndexOf(zipEndMark, at - 1)
  ) {
    const isWhole = at + zipEndBytes <= tail.length
    if (isWhole && at + zipEndBytes + tail.readUInt16LE(at + 20) === tail.length) return true
  }
  return false
}

// A GIF whose screen is 10,799 px wide begins as "GIF89a/*".
const startsAsScript = (source: ByteSource): boolean =>
  /^GIF8[79]a\/\*/.test(source.peek(0, 8).toString("latin1"))

const hasMarkup = (source: ByteSource, start: number, length: number): boolean =>
  /<(?:script|html|body|iframe|svg|!doctype html)[\s>]|<\?php/i.test(
    source.peek(start, Math.min(length, scannedBytes)).toString("latin1"),
  )
