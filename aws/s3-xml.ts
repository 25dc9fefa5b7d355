import { XMLParser } from "fast-xml-parser"

// Elements that may repeat: the parser would return a single one without its list.
const lists = new Set(["Contents", "Part", "Upload"])

// Values stay text: an ETag or a key of digits is not a number.
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => lists.has(name) })

/** Parses a response of S3. The caller validates its shape. */
export const parseS3Xml = (text: string): unknown => parser.parse(text)
