import { expect, test } from "vitest"
import { groupFiles } from "./file-groups.ts"
import { failed, fileState } from "./testing/file-state.ts"

test("files are grouped by what happens to them, failures first and by reason", () => {
  const groups = groupFiles([
    fileState({ status: "completed" }),
    fileState({ status: "waiting" }),
    fileState({ status: "hashing" }),
    fileState({ status: "uploaded" }),
    fileState({ status: "processing" }),
    fileState({ status: "duplicate" }),
    fileState({ status: "cancelled" }),
    failed("CORRUPT"),
    failed("TOO_LARGE"),
    failed("CORRUPT"),
  ])
  expect(groups.map(({ kind, title, files }) => [kind, title, files.length])).toEqual([
    ["failed", "Title of CORRUPT", 2],
    ["failed", "Title of TOO_LARGE", 1],
    ["uploading", "Uploading", 2],
    ["processing", "Processing", 2],
    ["duplicate", "Already here", 1],
    ["done", "Done", 1],
    ["cancelled", "Cancelled", 1],
  ])
})

test("files that are being sent come before those that wait", () => {
  const [group] = groupFiles([
    fileState({ id: "1" }),
    fileState({ id: "2", status: "hashing" }),
    fileState({ id: "3", status: "uploading" }),
  ])
  expect(group?.files.map(({ id }) => id)).toEqual(["3", "1", "2"])
})

test("an upload without files has no groups", () => {
  expect(groupFiles([])).toEqual([])
})
