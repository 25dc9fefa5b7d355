import { expect, test } from "vitest"
import { parseFolderPath } from "./folder-path.ts"

test("a folder path has / between its segments and is normalized to NFC", () => {
  expect(parseFolderPath("Holiday 2024/Day 1")).toEqual({ ok: true, value: "Holiday 2024/Day 1" })
  expect(parseFolderPath("Holiday\\Day 1")).toEqual({ ok: true, value: "Holiday/Day 1" })
  expect(parseFolderPath("Cafe\u0301")).toEqual({ ok: true, value: "Caf\u00e9" })
})

test("a file without a folder has no path", () => {
  expect(parseFolderPath(undefined)).toEqual({ ok: true, value: null })
  expect(parseFolderPath("")).toEqual({ ok: true, value: null })
})

test.each([
  ["/a", "absolute"],
  ["\\a", "absolute"],
  ["C:\\a", "absolute"],
  ["a//b", "segments"],
  ["a/", "segments"],
  ["a/./b", "segments"],
  ["../a", "segments"],
  ["a\u0000b", "characters"],
  ["a\u202eb", "characters"],
  ["a\ud800", "characters"],
  ["x".repeat(1025), "too_long"],
])("the path %j is rejected: %s", (path, fault) => {
  expect(parseFolderPath(path)).toEqual({ ok: false, error: fault })
})
