import { XMLParser } from "fast-xml-parser"

// Values stay text: a key of digits is no number.
const parser = new XMLParser({
  parseTagValue: false,
  isArray: (name) => name === "Contents" || name === "Upload",
})

/** Reads an answer of S3; its shape is for zod to say. */
export const parseS3Xml = (text: string): unknown => parser.parse(text)
