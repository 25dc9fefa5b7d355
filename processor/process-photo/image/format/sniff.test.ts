import { expect, test } from "vitest"
import { sniff, sniffBytes } from "./sniff.ts"

const looksLike = (head: string) => {
  const sniffed = sniff(Buffer.from(head, "latin1").subarray(0, sniffBytes))
  return sniffed.isPhoto ? sniffed.type : sniffed.looksLike
}

test.each([
  ['<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"],
  [
    '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a --><!-- b -->\n<!DOCTYPE svg PUBLIC "x">\n<SVG>',
    "an SVG drawing",
  ],
  ["<!DOCTYPE html><p>", "a web page"],
  ["<!-- a --><html>", "a web page"],
  ["<?xml version='1.0'?><rss>", "an XML document"],
  ["  <?php phpinfo();", "a PHP program"],
  [`${" ".repeat(900)}%PDF-1.7`, "a PDF document"],
  ["#!/bin/sh", "a program"],
  ["RIFF\x10\0\0\0WEBPVP8 ", "image/webp"],
  ["\0\0\0\x18ftypmif1\0\0\0\0heicmif1", "image/heic"],
  ["\0\0\0\x18ftypisom\0\0\0\0isommp42", "a video"],
  ["unknown format", null],
])("detects the format from the first bytes: %j", (head, name) => {
  expect(looksLike(head)).toBe(name)
})

// Regression: one of these blocked a thread for 30 s.
test.each(["<!---->", "<!DOCTYPE svg>", "<?xml?>", "<!--", " ", "<?xml<!---->"])(
  "a head of repeated %j is processed in linear time",
  (repeated) => {
    expect(looksLike(repeated.repeat(200)) ?? "unknown").not.toMatch(/^image/)
  },
)
