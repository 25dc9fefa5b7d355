import { describe, expect, test } from "vitest"
import { mismatchOf, readMarker } from "./database-marker.ts"

const deploymentId = "7f1d8a2e-1d0c-4c55-9b5a-0c4f8a1b2c3d"
const marker = { deploymentId, outboxSequence: 100 }

describe("a database and the marker of a bucket", () => {
  test.each([100, 101])("belong together when the database recorded sequence %d", (markedSequence) => {
    expect(mismatchOf({ deploymentId, markedSequence }, marker)).toBeNull()
  })

  test("do not belong together when the database has another id", () => {
    const other = "00000000-0000-4000-8000-000000000000"
    expect(mismatchOf({ deploymentId: other, markedSequence: 100 }, marker)).toBe("OTHER_DATABASE")
  })

  test.each([99, null])("do not belong together when the database recorded only %s", (markedSequence) => {
    expect(mismatchOf({ deploymentId, markedSequence }, marker)).toBe("DATABASE_BEHIND_MARKER")
  })

  test("do not belong together when the marker cannot be parsed", () => {
    expect(mismatchOf({ deploymentId, markedSequence: 100 }, "unreadable")).toBe("UNREADABLE_MARKER")
  })
})

test("a marker that is replaced while it is read does not count as absent", async () => {
  const replaced = { head: async () => ({ key: "marker", etag: "old", bytes: 1 }), get: async () => null }
  const read = readMarker(replaced, "test", AbortSignal.timeout(1_000))
  await expect(read).rejects.toThrow("replaced")
})
