import { XMLParser } from "fast-xml-parser"

// Elements that can repeat: without this the parser returns a single element instead of an array.
const lists = new Set(["Contents", "Part", "Upload"])

// Values remain strings: an ETag or a key can consist of digits.
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => lists.has(name) })

/** Parses a response of S3. The caller validates the result. */
export const parseS3Xml = (text: string): unknown => parser.parse(text)
