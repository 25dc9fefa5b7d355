import type { PhotoAnnotations } from "../../../../domain/image.ts"
import { decodeText } from "../exif/clean-text.ts"
import { creatorOf, firstText, keywordsOf } from "./clean-annotations.ts"
import { runExifr } from "./run-exifr.ts"

// Datasets of record 2 (IIM 4.2 §6).
const dataset = { objectName: 5, keywords: 25, byline: 80, caption: 120 } as const

/** Reads IPTC datasets. Empty if they are invalid. */
export const readIptc = (block: Buffer): PhotoAnnotations => {
  const decode = decoderOf(declaredCharacterSet(block))
  const found = runExifr("iptc", block)
  const texts = (id: number): string[] =>
    [found[id]]
      .flat()
      .flatMap((value) => (typeof value === "string" ? decode(Buffer.from(value, "latin1")) : []))
  return {
    title: firstText(texts(dataset.objectName)),
    caption: firstText(texts(dataset.caption)),
    keywords: keywordsOf(texts(dataset.keywords)),
    rating: null,
    creator: creatorOf(texts(dataset.byline)),
  }
}

/** The escape sequence in dataset 1:90 (IIM 4.2 §5). exifr ignores it and returns each byte as a character. */
const declaredCharacterSet = (block: Buffer): string | null => {
  for (let at = 0; at + 5 <= block.length && block[at] === 0x1c && (block[at + 1] ?? 2) < 2; ) {
    const size = block.readUInt16BE(at + 3)
    if (block[at + 2] === 90) return block.toString("latin1", at + 5, at + 5 + Math.min(size, 32))
    at += 5 + size
  }
  return null
}

/** The part of ISO 8859 for each final byte of an escape sequence (ISO-IR register of 96-character sets). */
const isoParts: Record<string, number> = {
  A: 1,
  B: 2,
  C: 3,
  D: 4,
  L: 5,
  G: 6,
  F: 7,
  H: 8,
  V: 10,
  Y: 13,
  _: 14,
  b: 15,
  f: 16,
}

/** The decoder of a character set. UTF-8 is `ESC % G` (IIM 4.2 §1.6); without a known one the text decides. */
const decoderOf = (declared: string | null): ((bytes: Buffer) => string) => {
  if (!declared?.startsWith("\x1b")) return decodeText
  if (/^%(?:G|\/[GHI])/.test(declared.slice(1))) return (bytes) => bytes.toString("utf8")
  const part = isoParts[/^[-./](.)/.exec(declared.slice(1))?.[1] ?? ""]
  if (part === undefined) return decodeText
  const decoder = new TextDecoder(`iso-8859-${part}`)
  return (bytes) => decoder.decode(bytes)
}
