import type { UnfinishedUpload } from "rapid-photo-upload-sdk"
import { expect, test } from "vitest"
import { continuationOf } from "./continuation.ts"

const inFolder = (folder: string, name: string, bytes = 10): File =>
  Object.defineProperty(new File([new Uint8Array(bytes)], name), "webkitRelativePath", {
    value: folder && `${folder}/${name}`,
  })

const unfinished = (uploadId: string, names: readonly string[], path: string | null): UnfinishedUpload => ({
  uploadId,
  createdAt: "2026-11-24T10:00:00.000Z",
  jobIds: [],
  files: [],
  missing: names.map((filename) => ({ filename, path, bytes: 10, lastModifiedMs: null })),
  resume: () => {
    throw new Error("not used")
  },
  discard: async () => {},
})

test("the same folder continues the upload with most of its missing files", () => {
  const uploads = [unfinished("1", ["a.jpg"], "Summer"), unfinished("2", ["a.jpg", "b.jpg"], "Summer")]
  const files = [inFolder("Summer", "a.jpg"), inFolder("Summer", "b.jpg")]
  expect(continuationOf(uploads, files)?.uploadId).toBe("2")
})

test("files of another folder, name or size continue nothing", () => {
  const uploads = [unfinished("1", ["a.jpg"], "Summer")]
  expect(continuationOf(uploads, [inFolder("Winter", "a.jpg")])).toBeNull()
  expect(continuationOf(uploads, [inFolder("Summer", "b.jpg")])).toBeNull()
  expect(continuationOf(uploads, [inFolder("Summer", "a.jpg", 11)])).toBeNull()
  expect(continuationOf([], [inFolder("", "a.jpg")])).toBeNull()
})
