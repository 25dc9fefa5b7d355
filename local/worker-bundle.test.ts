import { expect, test } from "vitest"
import { maxWorkerGzipBytes, measureWorkerBundle } from "./worker-bundle.ts"

test("the deployed Worker stays below its size limit", async () => {
  const { gzipBytes } = await measureWorkerBundle()
  expect(gzipBytes).toBeLessThanOrEqual(maxWorkerGzipBytes)
})
