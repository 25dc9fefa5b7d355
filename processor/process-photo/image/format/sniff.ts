import type { PhotoType } from "../../../../domain/photo-type.ts"
import { nameOtherFormat } from "./other-formats.ts"

export type Sniffed = { isPhoto: true; type: PhotoType } | { isPhoto: false; looksLike: string | null }

/** Bytes from the start of a file that `sniff` needs. */
export const sniffBytes = 1024

/** Detects the type of a file from its first bytes, regardless of its name or declared type. */
export const sniff = (head: Buffer): Sniffed => {
  const text = head.toString("latin1")
  const magic = magics.find(([start]) => text.startsWith(start))
  if (magic) return { isPhoto: true, type: magic[1] }
  if (/^RIFF[\s\S]{4}WEBP/.test(text)) return { isPhoto: true, type: "image/webp" }
  const brandType = text.startsWith("ftyp", 4) ? typeOfBrands(head) : null
  if (brandType) return { isPhoto: true, type: brandType }
  return { isPhoto: false, looksLike: nameOtherFormat(text) }
}

const magics: readonly (readonly [start: string, type: PhotoType])[] = [
  ["\xff\xd8\xff", "image/jpeg"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["II*\0", "image/tiff"],
  ["MM\0*", "image/tiff"],
  ["II+\0\x08\0\0\0", "image/tiff"],
  ["MM\0+\0\x08\0\0", "image/tiff"],
]

// ISO/IEC 23008-12 §10 and the AV1 image format §6. The generic brands do not name the codec: heif.ts reads it.
const avifBrands = new Set(["avif", "avis"])
const heicBrands = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"])
const heifBrands = new Set(["mif1", "mif2", "msf1", "miaf", "1pic"])

const typeOfBrands = (head: Buffer): PhotoType | null => {
  const end = Math.min(head.readUInt32BE(0), head.length)
  const brands = [head.toString("latin1", 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString("latin1", at, at + 4))
  if (brands.some((brand) => avifBrands.has(brand))) return "image/avif"
  if (brands.some((brand) => heicBrands.has(brand))) return "image/heic"
  return brands.some((brand) => heifBrands.has(brand)) ? "image/heif" : null
}
