import { expect, test } from "vitest"
import { divideFiles } from "./accepted-files.ts"

const file = (name: string, type = "", bytes = 10): File => new File([new Uint8Array(bytes)], name, { type })

test("photos are accepted by extension or type; the rest is named by kind", () => {
  const files = [
    file("a.JPG"),
    file("b.heic"),
    file("noextension", "image/png"),
    file("clip.MOV"),
    file("movie", "video/mp4"),
    file("raw.NEF"),
    file("notes.pdf", "application/pdf"),
    file("vector.svg", "image/svg+xml"),
    file("empty.jpg", "", 0),
    file("huge.jpg", "", 30),
  ]
  const { accepted, notAccepted, bytes } = divideFiles(files, 20)
  expect(accepted.map(({ name }) => name)).toEqual(["a.JPG", "b.heic", "noextension"])
  expect(bytes).toBe(30)
  expect(notAccepted.map(({ file: { name }, kind }) => [name, kind])).toEqual([
    ["clip.MOV", "video"],
    ["movie", "video"],
    ["raw.NEF", "raw"],
    ["notes.pdf", "document"],
    ["vector.svg", "document"],
    ["empty.jpg", "empty"],
    ["huge.jpg", "too large"],
  ])
})

test("files of the operating system are not mentioned", () => {
  expect(divideFiles([file(".DS_Store"), file("Thumbs.db")], 20)).toEqual({
    accepted: [],
    notAccepted: [],
    bytes: 0,
  })
})
