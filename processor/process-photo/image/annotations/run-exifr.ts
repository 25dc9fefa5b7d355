import { createContext, runInContext } from "node:vm"
import exifr from "exifr"
import * as z from "zod"

/** A parser of exifr for one segment, without its container: it does not recognise WebP, and few HEICs. */
type SegmentParser = { parse: (segment: string | Uint8Array, options: { translateKeys: boolean }) => unknown }

/**
 * Time limit for one segment. A real one takes less than 10 ms; a packet of 256 KiB with unclosed elements takes
 * minutes, because exifr parses XML by regular expressions.
 */
const maxMs = 500

const output = z.record(z.string(), z.unknown())

/**
 * Parses a segment by exifr: XMP by namespace and name, IPTC by the numbers of its datasets. Returns an empty record if
 * it cannot be parsed in time. Scripts with a time limit are
 * interrupted by V8, also within a regular expression, so the thread is free for the photo's pixels.
 */
export const runExifr = (type: "xmp" | "iptc", segment: string | Buffer): Record<string, unknown> => {
  const parser: SegmentParser = exifr.segmentParsers.get(type)
  // exifr does not check the length of an IPTC dataset against the block. In a buffer that is shared with other data, it
  // would return what comes after the block.
  const input = typeof segment === "string" ? segment : new Uint8Array(segment)
  script.parse = () => parser.parse(input, { translateKeys: false })
  try {
    return output.catch({}).parse(runInContext("parse()", script, { timeout: maxMs }))
  } catch {
    // The time limit, or an exception of exifr over invalid data.
    return {}
  } finally {
    script.parse = null
  }
}

const script: { parse: (() => unknown) | null } = { parse: null }
createContext(script)
