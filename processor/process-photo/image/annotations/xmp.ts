import type { PhotoAnnotations } from "../../../../domain/image.ts"
import { creatorOf, emptyAnnotations, firstText, keywordsOf } from "./clean-annotations.ts"
import { runExifr } from "./run-exifr.ts"

/** Reads a packet of XMP. Empty if it is invalid or hostile. */
export const readXmp = (packet: Buffer): PhotoAnnotations => {
  const xml = decode(packet)
  if (changesPrototypes.test(xml)) return emptyAnnotations
  const { dc, xmp } = runExifr("xmp", withTextMarks(xml))
  return {
    title: firstText(textsOf(member(dc, "title"))),
    caption: firstText(textsOf(member(dc, "description"))),
    keywords: keywordsOf(textsOf(member(dc, "subject"))),
    rating: ratingOf(textsOf(member(xmp, "Rating"))),
    creator: creatorOf(textsOf(member(dc, "creator"))),
  }
}

/** UTF-8, or UTF-16 with a byte order mark (XMP part 1 §7.1). */
const decode = (packet: Buffer): string => {
  const mark = packet.subarray(0, 2).toString("hex")
  const encoding = mark === "feff" ? "utf-16be" : mark === "fffe" ? "utf-16le" : "utf-8"
  return new TextDecoder(encoding).decode(packet)
}

/**
 * exifr sets properties on an object per namespace prefix, and finds it by `object[prefix]`: the prefix `__proto__`
 * would change all objects of this thread.
 */
const changesPrototypes = new RegExp(`\\b(?:${Object.getOwnPropertyNames(Object.prototype).join("|")}):`)

/** A character of the private use area, in front of each text. */
const mark = "\ue000"

/** exifr turns texts that look like numbers or booleans into them: "007" would become 7, and "True" true. */
const withTextMarks = (xml: string): string =>
  xml
    .replaceAll(mark, "")
    .replaceAll(">", `>${mark}`)
    .replaceAll('="', `="${mark}`)
    .replaceAll("='", `='${mark}`)

/** The texts of a property: of a simple value, of a list, or of a list of translations with the default first. */
const textsOf = (value: unknown): string[] => {
  if (typeof value === "string") return [decodeEntities(value.replaceAll(mark, ""))]
  if (!Array.isArray(value)) return value ? textsOf(member(value, "value")) : []
  const isDefault = (each: unknown) => textsOf(member(each, "lang"))[0] === "x-default"
  return value.toSorted((one, other) => Number(isDefault(other)) - Number(isDefault(one))).flatMap(textsOf)
}

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined

/** Whole stars. XMP uses -1 for "rejected" (XMP part 1 §8.4, xmp:Rating). */
const ratingOf = ([text = ""]: readonly string[]): number | null => {
  const stars = text.trim() === "" ? Number.NaN : Math.round(Number(text))
  return stars >= 0 && stars <= 5 ? stars : null
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

/** The entities that XML defines. A packet cannot define others: exifr ignores its DTD. */
const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos));/gi, (entity, decimal, hex, name) => {
    if (name) return entities[name.toLowerCase()] ?? entity
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : ""
  })
