/** The name of the format that `head`, the first bytes of a file as Latin-1, belongs to; null for an unknown one. */
export const nameOtherFormat = (head: string): string | null =>
  head.includes("%PDF-")
    ? "a PDF document"
    : (nameMarkup(head) ?? otherFormats.find(([pattern]) => pattern.test(head))?.[1] ?? null)

const otherFormats: readonly (readonly [pattern: RegExp, name: string])[] = [
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

/**
 * SVG, HTML, PHP or other XML by its first element. The prolog is skipped by searches for its ends, because a regular
 * expression over repeated comments takes exponential time.
 */
const nameMarkup = (head: string): string | null => {
  const text = head.toLowerCase()
  let at = text.startsWith("\xef\xbb\xbf") ? 3 : 0
  let name: string | null = null
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1
    const item = prolog.find(({ start }) => text.startsWith(start, at))
    if (!item) break
    name ??= item.name
    const end = text.indexOf(item.end, at + item.start.length)
    // The prolog is longer than the head.
    if (end < 0) return name
    at = end + item.end.length
  }
  return elements.find(([start]) => text.startsWith(start, at))?.[1] ?? name
}

const prolog = [
  { start: "<?xml", end: "?>", name: "an XML document" },
  { start: "<!--", end: "-->", name: "a web page" },
  { start: "<!doctype svg", end: ">", name: "an SVG drawing" },
] as const

const elements = [
  ["<svg", "an SVG drawing"],
  ["<!doctype html", "a web page"],
  ["<html", "a web page"],
  ["<head", "a web page"],
  ["<body", "a web page"],
  ["<script", "a web page"],
  ["<?php", "a PHP program"],
] as const
