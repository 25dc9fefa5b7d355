import { describe, expect, test } from "vitest"
import { filenameFault } from "./filename.ts"

describe("a filename", () => {
  test.each([
    "IMG_001.jpg",
    "Urlaub am Meer (3).HEIC",
    "写真.png",
    "naïve café – Zoë's.webp",
    "👩‍👩‍👧 beach.jpeg",
    "100% + more & less.tif",
    "2026-11-23 10:15:00.jpg",
    "IMG without extension",
  ])("is accepted when it is common for photos: %s", (filename) => {
    expect(filenameFault(filename)).toBeNull()
  })

  test.each([
    ["", "empty"],
    ["   ", "empty"],
    ["../../etc/passwd.jpg", "characters"],
    ["a\\b.jpg", "characters"],
    ["a\u0000.jpg", "characters"],
    ["line\nbreak.jpg", "characters"],
    ["photo\u202egpj.exe", "characters"],
    ["lone\ud800.jpg", "characters"],
    ['quote".jpg', "characters"],
    ["<script>.jpg", "characters"],
    [".htaccess", "hidden"],
    ["run.exe", "extension"],
    ["drawing.svg", "extension"],
    [`${"ü".repeat(126)}.jpg`, "too_long"],
    // Took minutes while two branches of a regular expression matched U+FE0F.
    [`${"\ufe0f".repeat(84)}\n`, "characters"],
  ])("is rejected with the reason: %j", (filename, fault) => {
    expect(filenameFault(filename)).toBe(fault)
  })

  test("has at most 255 bytes of UTF-8", () => {
    expect(filenameFault(`${"a".repeat(251)}.jpg`)).toBeNull()
    expect(filenameFault(`${"a".repeat(252)}.jpg`)).toBe("too_long")
  })
})
