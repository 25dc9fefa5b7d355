import { inflateSync } from "node:zlib"
import { maxPacketBytes } from "../annotations/raw-annotations.ts"
import { type ByteSource, bytesIn } from "../byte-source.ts"

// EXIF fits the 64 KB of a JPEG segment; as hex with line ends it is a little over twice that.
const maxTextBytes = 160 * 1024

/**
 * EXIF as ImageMagick and exiftool wrote it before PNG had a chunk for it: hex digits under the keyword
 * "Raw profile type exif" (or APP1), with a head of "\nexif\n    1234\n". Null for any other text.
 */
export const exifInText = (chunkType: string, data: ByteSource): ByteSource | null => {
  const start = data.peek(0, 40).toString("latin1")
  const keyword = /^Raw profile type (?:exif|APP1)\0/.exec(start)?.[0]
  if (!keyword) return null
  const bytes = textBytes(chunkType, data.peek(keyword.length, Math.min(data.size, maxTextBytes)))
  const hex = /^\s*\w+\s+\d+\s+([\da-f\s]+)/i.exec(bytes.toString("latin1"))?.[1] ?? ""
  const block = Buffer.from(hex.replace(/\s+/g, ""), "hex")
  return bytesIn(block.toString("latin1", 0, 4) === "Exif" ? block.subarray(6) : block)
}

const xmpKeyword = "XML:com.adobe.xmp\0"

/**
 * The XMP of a text chunk (XMP part 3 §1.1.5: iTXt; libvips writes zTXt). Null for any other text, and if it is too
 * large.
 */
export const xmpInText = (chunkType: string, data: ByteSource): Buffer | null => {
  if (data.size > maxPacketBytes) return null
  if (data.peek(0, xmpKeyword.length).toString("latin1") !== xmpKeyword) return null
  return Buffer.from(textBytes(chunkType, data.peek(xmpKeyword.length, data.size), maxPacketBytes))
}

/** The text after the keyword of tEXt, zTXt or iTXt (PNG 3rd edition §11.3.3). */
const textBytes = (chunkType: string, rest: Buffer, maxBytes = maxTextBytes): Buffer => {
  if (chunkType === "tEXt") return rest
  if (chunkType === "zTXt") return inflated(rest.subarray(1), maxBytes)
  const isCompressed = rest[0] === 1
  const afterLanguage = rest.indexOf(0, 2) + 1
  const text = rest.subarray(rest.indexOf(0, afterLanguage) + 1)
  return isCompressed ? inflated(text, maxBytes) : text
}

const inflated = (bytes: Buffer, maxBytes: number): Buffer => {
  try {
    return inflateSync(bytes, { maxOutputLength: maxBytes })
  } catch {
    // Invalid data or a decompression bomb: no metadata in both cases.
    return Buffer.alloc(0)
  }
}
