import type { ByteSource, Span } from "../byte-source.ts"

/** The XMP and IPTC of a file as stored. */
export type RawAnnotations = {
  /** The packet that readers look at first, then its extension. */
  xmp: readonly Buffer[]
  /** A sequence of IPTC datasets (IIM 4.2 §1.5). */
  iptc: Buffer | null
}

export const noAnnotations: RawAnnotations = { xmp: [], iptc: null }

/**
 * Maximum size of a packet. JPEG limits a packet to 64 KiB; other formats have no limit, but only edit histories and
 * depth maps are larger.
 */
export const maxPacketBytes = 256 * 1024

/** The XMP in one or more byte ranges, if it is not too large. */
export const packetIn = (source: ByteSource, spans: readonly Span[]): RawAnnotations => {
  const packet = joinedCopyOf(source, spans)
  return packet ? { ...noAnnotations, xmp: [packet] } : noAnnotations
}

/** A copy of the bytes in `spans`. Null if they are none, too many, or beyond the end of the file. */
export const joinedCopyOf = (source: ByteSource, spans: readonly Span[]): Buffer | null => {
  const length = spans.reduce((sum, span) => sum + span.length, 0)
  if (length === 0 || length > maxPacketBytes) return null
  const copy = Buffer.concat(spans.map((span) => source.peek(span.start, span.length)))
  return copy.length === length ? copy : null
}
