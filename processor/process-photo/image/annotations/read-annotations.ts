import type { PhotoAnnotations } from "../../../../domain/image.ts"
import { emptyAnnotations } from "./clean-annotations.ts"
import { readIptc } from "./iptc.ts"
import type { RawAnnotations } from "./raw-annotations.ts"
import { readXmp } from "./xmp.ts"

/**
 * Reads title, caption, keywords, rating and creator. XMP has priority over IPTC, which is older and often not updated
 * (MWG Guidelines for Handling Image Metadata 2.0 §5). Null if the file has none of them. Never throws: annotations
 * that cannot be read are ignored, because the photo is valid without them.
 */
export const readAnnotations = ({ xmp, iptc }: RawAnnotations): PhotoAnnotations | null => {
  const found = [...xmp.map((packet) => () => readXmp(packet)), ...(iptc ? [() => readIptc(iptc)] : [])].map(
    orEmpty,
  )
  const first = <Field extends "title" | "caption" | "rating" | "creator">(field: Field) =>
    found.map((each) => each[field]).find((value) => value !== null) ?? null
  const annotations: PhotoAnnotations = {
    title: first("title"),
    caption: first("caption"),
    keywords: found.find(({ keywords }) => keywords.length > 0)?.keywords ?? [],
    rating: first("rating"),
    creator: first("creator"),
  }
  const { keywords, ...others } = annotations
  const isEmpty = keywords.length === 0 && Object.values(others).every((value) => value === null)
  return isEmpty ? null : annotations
}

const orEmpty = (read: () => PhotoAnnotations): PhotoAnnotations => {
  try {
    return read()
  } catch {
    return emptyAnnotations
  }
}
