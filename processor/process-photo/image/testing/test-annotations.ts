import type { PhotoAnnotations } from "../../../../domain/image.ts"
import { uint } from "./test-heic.ts"
import { joined, jpegSegment } from "./test-photos.ts"

/** An XMP packet with these properties in its description, as attributes and as elements. */
export const xmpOf = (elements: string, attributes = ""): string =>
  `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">` +
  `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ` +
  `xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" ` +
  `xmlns:xmpNote="http://ns.adobe.com/xmp/note/" ${attributes}>${elements}` +
  `</rdf:Description></rdf:RDF></x:xmpmeta>${" ".repeat(2048)}<?xpacket end="w"?>`

/** A list of XMP, or a text with its translations. */
export const listOf = (
  kind: "Seq" | "Bag" | "Alt",
  ...texts: (string | [language: string, text: string])[]
) =>
  `<rdf:${kind}>${texts
    .map((text) =>
      typeof text === "string"
        ? `<rdf:li>${text}</rdf:li>`
        : `<rdf:li xml:lang="${text[0]}">${text[1]}</rdf:li>`,
    )
    .join("")}</rdf:${kind}>`

const latin1Of = (text: string): string => Buffer.from(text).toString("latin1")

/** The segment of a JPEG for an XMP packet. */
export const xmpSegment = (xmp: string): Buffer =>
  jpegSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0${latin1Of(xmp)}`)

/** The segment of a JPEG for a part of an XMP extension. */
export const extensionSegment = (digest: string, totalBytes: number, offset: number, part: string): Buffer =>
  jpegSegment(
    0xe1,
    `http://ns.adobe.com/xmp/extension/\0${digest}${uint(4, totalBytes, offset).toString("latin1")}${part}`,
  )

/** IPTC datasets: `[record, dataset, value]`. */
export const iptcOf = (
  ...datasets: [record: number, dataset: number, value: Uint8Array | string][]
): Buffer =>
  joined(
    ...datasets.flatMap(([record, dataset, value]) => [
      uint(1, 0x1c, record, dataset),
      uint(2, value.length),
      value,
    ]),
  )

/** Photoshop's resources with IPTC behind another resource of odd length. */
export const resourcesOf = (iptc: Buffer): Buffer =>
  joined(
    "8BIM",
    uint(2, 0x03ed),
    "\x03abc",
    uint(4, 3),
    "xyz\0",
    "8BIM",
    uint(2, 0x0404),
    "\0\0",
    uint(4, iptc.length),
    iptc,
  )

/** The segment of a JPEG for IPTC datasets. */
export const iptcSegment = (iptc: Buffer): Buffer =>
  jpegSegment(0xed, `Photoshop 3.0\0${resourcesOf(iptc).toString("latin1")}`)

/** A packet with every annotation, in texts that are easily misread. */
export const completeXmp = xmpOf(
  `<dc:title>${listOf("Alt", ["de", "Titel"], ["x-default", "007"])}</dc:title>` +
    `<dc:description>${listOf("Alt", ["x-default", "Tom &amp; Jerry &lt;3 &#x1F431;\u{1f42d}"])}</dc:description>` +
    `<dc:subject>${listOf("Bag", "2019", "True", "Zürich", "Zürich")}</dc:subject>` +
    `<dc:creator>${listOf("Seq", "Ann", "Bob")}</dc:creator>`,
  `xmp:Rating="4"`,
)
/** The annotations in `completeXmp`. */
export const completeAnnotations: PhotoAnnotations = {
  title: "007",
  caption: "Tom & Jerry <3 🐱🐭",
  keywords: ["2019", "True", "Zürich"],
  rating: 4,
  creator: "Ann, Bob",
}
