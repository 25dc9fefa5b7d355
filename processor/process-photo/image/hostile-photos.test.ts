import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startImageExaminer } from "./image-examiner.ts"
import { hostilePhotos } from "./testing/hostile-photos.ts"
import { shared, startTestExaminer, type TestExaminer, testLimits } from "./testing/test-examiner.ts"

let examiner: TestExaminer
beforeAll(async () => {
  examiner = await startTestExaminer()
})
afterAll(() => examiner.end())

describe("the examination of a hostile photo ends quickly with the right outcome", () => {
  // The heap of a thread is limited: a parser that exceeds it causes PROCESSING_ERROR.
  test.each(hostilePhotos.map((photo) => [photo.filename, photo] as const))(
    "%s",
    async (_, { type, outcome, bytes }) => {
      const content = await bytes()
      expect(await examiner.outcomeOf(content, type)).toBe(outcome)
      expect(await examiner.examineContent(shared(content), type)).toMatchObject(
        outcome === "accepted" ? { ok: true } : { error: { reason: outcome } },
      )
    },
  )
})

test("a photo whose thread runs out of memory twice fails with a reason", async () => {
  const script = new URL("./testing/hungry-worker.ts", import.meta.url)
  const hungry = startImageExaminer({ threads: 1, limits: testLimits, script })
  expect(await hungry.examine("any file", "image/jpeg", new AbortController().signal)).toMatchObject({
    error: { reason: "PROCESSING_ERROR", detail: expect.stringContaining("memory") },
  })
  await hungry.close()
})

test("the examination throws when the file cannot be read", async () => {
  const directory = await mkdtemp(join(tmpdir(), "examiner-"))
  await expect(examiner.examineContent(join(directory, "absent"), "image/jpeg")).rejects.toThrow(
    "cannot be read",
  )
  await expect(examiner.examineContent(directory, "image/jpeg")).rejects.toThrow("cannot be read")
  await rm(directory, { recursive: true })
})
