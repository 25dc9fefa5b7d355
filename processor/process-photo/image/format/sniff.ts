import type { PhotoType } from "../../../../domain/photo-type.ts"

export type Sniffed = { isPhoto: true; type: PhotoType } | { isPhoto: false; looksLike: string | null }

/** Bytes from the start of a file that `sniff` wants to see. */
export const sniffBytes = 1024

/** The type of a file by its first bytes, whatever it was called. */
export const sniff = (head: Buffer): Sniffed => {
  const text = head.toString("latin1")
  const magic = magics.find(([start]) => text.startsWith(start))
  if (magic) return { isPhoto: true, type: magic[1] }
  if (/^RIFF[\s\S]{4}WEBP/.test(text)) return { isPhoto: true, type: "image/webp" }
  const brandType = text.startsWith("ftyp", 4) ? typeOfBrands(head) : null
  if (brandType) return { isPhoto: true, type: brandType }
  return { isPhoto: false, looksLike: strangers.find(([pattern]) => pattern.test(text))?.[1] ?? null }
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

// ISO/IEC 23008-12 §10 and the AV1 image format §6. The generic brands say nothing of the codec: the walker looks.
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

/** What people upload instead of photos, to be called by its name. */
const strangers: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^[\s\S]{0,1019}%PDF-/, "a PDF document"],
  [
    /^\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[\s\S]*?)?(?:<!--[\s\S]*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]/i,
    "an SVG drawing",
  ],
  [/^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|script|!--)/i, "a web page"],
  [/^(?:\xef\xbb\xbf)?\s*<\?php/i, "a PHP program"],
  [/^(?:\xef\xbb\xbf)?\s*<\?xml/i, "an XML document"],
  [/^\s*(?:push graphic-context|viewbox\s)/i, "an ImageMagick drawing"],
  [/^#!/, "a program"],
  [/^(?:MZ|\x7fELF)/, "a program"],
  [/^8BPS/, "a Photoshop document"],
  [/^(?:%!PS|\xc5\xd0\xd3\xc6)/, "a PostScript document"],
  [/^BM[\s\S]{4}\0\0\0\0/, "a BMP bitmap"],
  [/^\0\0[\x01\x02]\0/, "a Windows icon"],
  [/^(?:\xff\x0a|\0\0\0\x0cJXL )/, "a JPEG XL picture"],
  [/^(?:\0\0\0\x0cjP {2}|\xff\x4f\xff\x51)/, "a JPEG 2000 picture"],
  [/^(?:FUJIFILMCCD-RAW|IIRO|IIRS|MMOR|IIU\0|\0MRM|FOVb)/, "a camera raw file"],
  [/^[\s\S]{4}ftypcrx /, "a camera raw file"],
  [/^[\s\S]{4}(?:ftyp|moov|mdat|wide)/, "a video"],
  [/^(?:\x1a\x45\xdf\xa3|RIFF[\s\S]{4}AVI |\0\0\x01[\xba\xb3])/, "a video"],
  [/^(?:PK[\x03\x05]|Rar!|7z\xbc\xaf|\x1f\x8b|BZh)/, "an archive"],
  [/^(?:ID3|OggS|fLaC|RIFF[\s\S]{4}WAVE)/, "a sound file"],
  [/^P[1-7]\s/, "a Netpbm bitmap"],
  [/^(?:\{|\[)\s*["{[]/, "a JSON document"],
]
