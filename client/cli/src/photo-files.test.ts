import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { findPhotos } from "./photo-files.ts"

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "photo-files-"))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const write = async (...names: string[]) => {
  for (const name of names) {
    await mkdir(join(root, name, ".."), { recursive: true })
    await writeFile(join(root, name), name)
  }
}

/** The found photos as `file` relative to the root, and `path`. */
const found = async (...inputs: string[]) => {
  const { photos, skipped } = await findPhotos(inputs)
  return {
    photos: photos.map(({ file, path }) => [relative(root, file), path]),
    skipped: skipped.map((file) => relative(root, file)),
  }
}

test("a folder is searched completely; equal names in different folders differ in their path", async () => {
  await write("trip/a.jpg", "trip/day 2/a.jpg", "trip/day 2/b 🏔️.HEIC", "trip/notes.txt", "trip/.cache/c.jpg")
  expect(await found(join(root, "trip"))).toEqual({
    photos: [
      ["trip/a.jpg", "trip"],
      ["trip/day 2/a.jpg", "trip/day 2"],
      ["trip/day 2/b 🏔️.HEIC", "trip/day 2"],
    ],
    skipped: ["trip/notes.txt"],
  })
})

test("a relative folder has its own name in the path, also with .. in its name", async () => {
  await write("trip/day 2/a.jpg")
  const folder = relative(process.cwd(), join(root, "trip"))
  expect(await found(folder)).toEqual(await found(join(root, "trip")))
  expect(await found(`${folder}/day 2/..`)).toEqual(await found(join(root, "trip")))
})

test("links are followed, and a file that is found twice is taken once under its own name", async () => {
  await write("trip/z/a.jpg", "elsewhere/b.jpg")
  await symlink(join(root, "trip"), join(root, "trip/loop"))
  await symlink(join(root, "trip/z/a.jpg"), join(root, "trip/a-link.jpg"))
  await symlink(join(root, "elsewhere"), join(root, "trip/more"))
  await symlink(join(root, "nowhere"), join(root, "trip/broken.jpg"))
  expect(await found(join(root, "trip"), join(root, "trip/z/a.jpg"))).toEqual({
    photos: [
      ["trip/z/a.jpg", "trip/z"],
      ["trip/more/b.jpg", "trip/more"],
    ],
    skipped: [],
  })
})

test("a named file is taken with any extension, and its name is not read as a glob if it exists", async () => {
  await write("IMG [1].jpg", "photo.raw-export", "other.jpg", "notes.txt")
  expect(await found(join(root, "IMG [1].jpg"), join(root, "photo.raw-export"))).toEqual({
    photos: [
      ["IMG [1].jpg", undefined],
      ["photo.raw-export", undefined],
    ],
    skipped: [],
  })
  expect(await found(join(root, "o*"))).toEqual({ photos: [["other.jpg", undefined]], skipped: [] })
})

test("an argument that does not exist is an error of usage", async () => {
  await expect(findPhotos([join(root, "missing.jpg")])).rejects.toMatchObject({
    exitCode: 2,
    message: `There is no file or folder ${join(root, "missing.jpg")}`,
  })
})
