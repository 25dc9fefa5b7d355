import { expect, test } from "vitest"
import { createBufferPool } from "./buffer-pool.ts"

test("memory is reused, unless the task that used it failed or it is too small", async () => {
  const { withBuffer } = createBufferPool()
  const memoryOf = (bytes: number) => withBuffer(bytes, async ({ buffer }) => buffer)

  const first = await memoryOf(1_500_000)
  expect(await memoryOf(10)).toBe(first)
  await expect(
    withBuffer(10, async () => {
      throw new Error("cut off")
    }),
  ).rejects.toThrow("cut off")
  const second = await memoryOf(10)
  expect(second).not.toBe(first)
  expect(await memoryOf(1_500_000)).not.toBe(second)
})

test("concurrent tasks get separate memory of the requested size", async () => {
  const { withBuffer } = createBufferPool()
  await withBuffer(3, (outer) =>
    withBuffer(5, async (inner) => {
      expect([outer.length, inner.length]).toEqual([3, 5])
      expect(inner.buffer).not.toBe(outer.buffer)
    }),
  )
})
