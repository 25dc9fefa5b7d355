import type { ByteSource, Span } from "../byte-source.ts"
import { iptcInResources } from "./photoshop-resources.ts"
import { joinedCopyOf, type RawAnnotations } from "./raw-annotations.ts"

/** The segments of a JPEG with XMP (XMP part 3 §1.1.3) or Photoshop's resources, which contain IPTC. */
export type AnnotationSegments = { main: Span | null; extension: ExtensionPart[]; photoshop: Span[] }

type ExtensionPart = { digest: string; totalBytes: number; offset: number; span: Span }

const mainHead = "http://ns.adobe.com/xap/1.0/\0"
const extensionHead = "http://ns.adobe.com/xmp/extension/\0"
const photoshopHead = "Photoshop 3.0\0"

// The head, a digest in 32 digits, and two numbers.
const extensionHeadBytes = extensionHead.length + 40

// A segment has 64 KiB, and an extension at most `maxPacketBytes`. More parts belong to a depth map, or are hostile.
const maxParts = 64

export const noSegments = (): AnnotationSegments => ({ main: null, extension: [], photoshop: [] })

/** Notes the segment of an APP1 or APP13 marker if it contains XMP or IPTC. */
export const noteSegment = (source: ByteSource, { start, length }: Span, found: AnnotationSegments): void => {
  const head = source.peek(start, Math.min(length, extensionHeadBytes))
  const text = head.toString("latin1")
  const after = (bytes: number): Span => ({ start: start + bytes, length: length - bytes })
  if (text.startsWith(mainHead)) found.main ??= after(mainHead.length)
  else if (text.startsWith(photoshopHead)) {
    if (found.photoshop.length < maxParts) found.photoshop.push(after(photoshopHead.length))
  } else if (
    text.startsWith(extensionHead) &&
    head.length === extensionHeadBytes &&
    found.extension.length < maxParts
  )
    found.extension.push({
      digest: text.slice(extensionHead.length, extensionHead.length + 32),
      totalBytes: head.readUInt32BE(extensionHead.length + 32),
      offset: head.readUInt32BE(extensionHead.length + 36),
      span: after(extensionHeadBytes),
    })
}

/** Reads the noted segments. */
export const annotationsIn = (source: ByteSource, found: AnnotationSegments): RawAnnotations => {
  const main = found.main && joinedCopyOf(source, [found.main])
  const extension = main && extensionOf(source, main, found.extension)
  const resources = joinedCopyOf(source, found.photoshop)
  return {
    xmp: [main, extension].flatMap((packet) => packet ?? []),
    iptc: resources && iptcInResources(resources),
  }
}

/** The extension that the main packet names, if all its parts are there. */
const extensionOf = (
  source: ByteSource,
  main: Buffer,
  extension: readonly ExtensionPart[],
): Buffer | null => {
  const digest = /HasExtendedXMP(?:=["']|>)([0-9A-Fa-f]{32})/.exec(main.toString("latin1"))?.[1]
  const parts = extension
    .filter((part) => part.digest === digest)
    .sort((one, other) => one.offset - other.offset)
  let end = 0
  for (const { offset, span } of parts) {
    if (offset !== end) return null
    end += span.length
  }
  return end > 0 && end === parts[0]?.totalBytes
    ? joinedCopyOf(
        source,
        parts.map(({ span }) => span),
      )
    : null
}
