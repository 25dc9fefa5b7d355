import { expect, test } from "vitest"
import { fileChanged, notAccepted } from "./errors.ts"
import type { StoragePort } from "./ports.ts"
import { matchStored } from "./restore-upload.ts"
import { recordOf, tableOf } from "./testing/records.ts"
import { type StoredUpload, storageKey, storedUploads, uploadStore } from "./upload-store.ts"

const memoryStorage = () => {
  const values = new Map<string, string>()
  const storage: StoragePort = {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => void values.set(key, value),
    remove: async (key) => void values.delete(key),
    keys: async () => [...values.keys()],
  }
  return { storage, values }
}

const identity = { uploadId: "u", createdAt: "2026-01-01T00:00:00Z" }

/** Files of an upload in every state, as another process finds them. */
const storedUpload = async () => {
  const records = ["waiting", "uploaded", "broken", "changed", "rejected"].map((id) => recordOf(id))
  const { files } = tableOf(records)
  for (const record of records) {
    record.jobId = "job"
    files.change(record, { photoId: `photo-${record.id}` })
  }
  const [, uploaded, broken, changed, rejected] = records
  if (!uploaded || !broken || !changed || !rejected) throw new Error("no records")
  files.change(uploaded, { status: "uploaded" })
  files.change(broken, { status: "failed", failure: { ...fileChanged, code: "network-error" } })
  changed.needsNewPhoto = true
  files.change(changed, { status: "failed", failure: fileChanged })
  files.change(rejected, { status: "failed", failure: notAccepted("file_empty", "") })
  const { storage } = memoryStorage()
  await uploadStore(storage, identity, files, null).flush([])
  const [stored] = await storedUploads(storage)
  if (!stored) throw new Error("nothing is stored")
  return stored
}

const opened = (...ids: string[]) => ids.map((id) => ({ record: recordOf(id), failure: null }))

test("what a retry would send again is stored as missing; a photo of no use is left out", async () => {
  const { files } = await storedUpload()
  expect(files.map(({ id, status, photoId, jobId }) => [id, status, photoId, jobId])).toEqual([
    ["waiting", "waiting", "photo-waiting", "job"],
    ["uploaded", "uploaded", "photo-uploaded", "job"],
    ["broken", "waiting", "photo-broken", "job"],
    ["changed", "waiting", null, null],
    ["rejected", "failed", "photo-rejected", "job"],
  ])
})

test("passed files continue the stored ones; files that the server has are followed without being passed", async () => {
  const stored = await storedUpload()
  const matched = matchStored(stored, opened("waiting", "another"))
  expect(
    matched.map(({ record: { id, input, state, jobId } }) => [id, input !== null, state.status, jobId]),
  ).toEqual([
    ["waiting", true, "waiting", "job"],
    ["another", true, "waiting", null],
    ["uploaded", false, "uploaded", "job"],
    ["rejected", false, "failed", "job"],
  ])
})

test("two files of the same name and size continue one stored file each; a modified one is another file", () => {
  const file = (id: string, lastModifiedMs: number | null) => ({
    id,
    filename: "a.jpg",
    path: null,
    bytes: 100,
    lastModifiedMs,
    mimeType: "image/jpeg",
    status: "waiting" as const,
    photoId: `photo-${id}`,
    jobId: "job",
    duplicateOf: null,
    sha256: null,
    failure: null,
  })
  const stored: StoredUpload = { ...identity, version: 1, requests: [], files: [file("1", 5), file("2", 6)] }
  const passed = [6, 7, null].map((lastModifiedMs, index) => {
    const record = recordOf("a")
    return {
      record: { ...record, id: `new-${index}`, source: { ...record.source, lastModifiedMs } },
      failure: null,
    }
  })
  expect(matchStored(stored, passed).map(({ record }) => record.id)).toEqual(["2", "new-1", "1"])
})

test("a finished upload is forgotten, and stored again when its failed files are sent again", async () => {
  const { storage, values } = memoryStorage()
  const record = recordOf("a")
  const store = uploadStore(storage, identity, tableOf([record]).files, null)
  await store.flush([])
  expect([...values.keys()]).toEqual([storageKey("u")])
  await store.remove()
  await store.flush([])
  expect(values.size).toBe(0)
  store.reopen()
  await store.flush([])
  expect(values.size).toBe(1)
})

test("files that were not passed again stay stored; entries that cannot be read are removed", async () => {
  const stored = await storedUpload()
  const { storage, values } = memoryStorage()
  values.set("other", "x").set(storageKey("bad"), "{")
  const { files } = tableOf([recordOf("uploaded")])
  await uploadStore(storage, identity, files, stored).remove()
  const [left] = await storedUploads(storage)
  expect(left?.files.map(({ id }) => id)).toEqual(["uploaded", "waiting", "broken", "changed"])
  expect([...values.keys()].sort()).toEqual(["other", storageKey("u")])
})
