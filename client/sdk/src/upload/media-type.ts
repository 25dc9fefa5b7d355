import type { FileSource } from "./ports.ts"

/**
 * Returns the media type to declare for a file. It is detected from the first bytes, or else from the extension.
 * Extensions are often wrong (a PNG saved as .jpg), and the API compares the stored bytes with the declared type.
 */
export const mediaTypeOf = async ({
  head,
  filename,
  mimeType,
}: Pick<FileSource, "head" | "filename" | "mimeType">): Promise<string> => {
  const sniffed = head ? typeOfBytes(await head(16)) : undefined
  return sniffed ?? typeOfExtension(filename) ?? (mimeType || "application/octet-stream")
}

const typeOfBytes = (head: Uint8Array): string | undefined => {
  const text = String.fromCharCode(...head)
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg"
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png"
  if (/^GIF8[79]a/.test(text)) return "image/gif"
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "image/tiff"
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp"
  if (text.slice(4, 8) === "ftyp") return typeOfBrand(text.slice(8, 12))
  return undefined
}

const typeOfBrand = (brand: string): string | undefined => {
  if (brand === "avif" || brand === "avis") return "image/avif"
  if (["heic", "heix", "hevc", "hevx", "heim", "heis"].includes(brand)) return "image/heic"
  return undefined
}

const extensions: Record<string, string> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  jpe: "image/jpeg",
  jfif: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  avif: "image/avif",
  gif: "image/gif",
  tif: "image/tiff",
  tiff: "image/tiff",
  heic: "image/heic",
  heif: "image/heif",
  hif: "image/heif",
}

const typeOfExtension = (filename: string): string | undefined =>
  extensions[filename.slice(filename.lastIndexOf(".") + 1).toLowerCase()]
