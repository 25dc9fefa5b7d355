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
  const name = signatures.find(([, signature]) => signature.test(text))?.[0]
  return name && `image/${name}`
}

const signatures: readonly (readonly [string, RegExp])[] = [
  ["jpeg", /^\xff\xd8\xff/],
  ["png", /^\x89PNG\r\n/],
  ["gif", /^GIF8[79]a/],
  ["tiff", /^(II\*\0|MM\0\*)/],
  ["webp", /^RIFF.{4}WEBP/s],
  ["avif", /^.{4}ftypavi[fs]/s],
  ["heic", /^.{4}ftyphe(ic|ix|vc|vx|im|is)/s],
]

/** Extensions that are not the name of their type. */
const aliases: Record<string, string> = { jpg: "jpeg", jpe: "jpeg", jfif: "jpeg", tif: "tiff", hif: "heif" }

const typeOfExtension = (filename: string): string | undefined => {
  const extension = filename.slice(filename.lastIndexOf(".") + 1).toLowerCase()
  const name = aliases[extension] ?? extension
  return /^(jpeg|png|webp|avif|gif|tiff|heic|heif)$/.test(name) ? `image/${name}` : undefined
}
