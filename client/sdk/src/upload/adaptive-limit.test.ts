import { expect, test } from "vitest"
import { adaptiveLimit } from "./adaptive-limit.ts"
import { StalledError, StorageError } from "./errors.ts"
import { deferred } from "./signals.ts"

/** A limit with works that the test ends, and its clock. */
const limitOf = (max: number) => {
  const clock = { ms: 0 }
  const limit = adaptiveLimit(max, () => clock.ms)
  const running: { name: string; end: () => void; fail: (error: Error) => void }[] = []
  const run = (name: string, fileBytes = 0) =>
    limit.run(() => {
      const { promise, resolve, reject } = deferred<void>()
      running.push({ name, end: resolve, fail: reject })
      return promise
    }, fileBytes)
  const window = (bytes: number) => {
    clock.ms += 2000
    limit.sent(bytes)
  }
  return { limit, running, run, window }
}

test("no more works run than the limit allows, and a failed one makes room", async () => {
  const { running, run } = limitOf(2)
  const first = run("a")
  for (const name of ["b", "c"]) void run(name)
  expect(running.map(({ name }) => name)).toEqual(["a", "b"])
  running[0]?.fail(new Error("broken"))
  await expect(first).rejects.toThrow("broken")
  expect(running.map(({ name }) => name)).toEqual(["a", "b", "c"])
})

test("of the waiting works the one of the smallest file is next, and equal ones keep their order", async () => {
  const { running, run } = limitOf(1)
  const first = run("a", 5)
  for (const [name, bytes] of [
    ["big", 9],
    ["small", 1],
    ["small too", 1],
    ["middle", 5],
  ] as const)
    void run(name, bytes)
  for (let index = 0; index < 4; index += 1) {
    running[index]?.end()
    await expect.poll(() => running.length).toBe(index + 2)
  }
  await first
  expect(running.map(({ name }) => name)).toEqual(["a", "small", "small too", "middle", "big"])
})

test("the limit grows while more requests send more, and falls when they do not", () => {
  const { limit, run, window } = limitOf(6)
  for (let index = 0; index < 10; index += 1) void run(String(index))
  expect(limit.limit).toBe(4)
  window(1000)
  expect(limit.limit).toBe(5)
  window(2000)
  expect(limit.limit).toBe(6)
  window(2000)
  expect(limit.limit).toBe(5)
  window(3000)
  expect(limit.limit).toBe(4)
})

test("without waiting works the throughput changes nothing", () => {
  const { limit, run, window } = limitOf(6)
  void run("a")
  window(1000)
  window(9000)
  expect(limit.limit).toBe(4)
})

test.each([new StorageError(503, "SlowDown"), new StorageError(429), new StalledError("no progress")])(
  "%s halves the limit, down to one",
  async (error) => {
    const { limit, running, run } = limitOf(4)
    for (const expected of [2, 1, 1]) {
      const failing = run("a")
      running.at(-1)?.fail(error)
      await expect(failing).rejects.toBe(error)
      expect(limit.limit).toBe(expected)
    }
  },
)

test("another error leaves the limit as it is", async () => {
  const { limit, running, run } = limitOf(4)
  const failing = run("a")
  running[0]?.fail(new TypeError("fetch failed"))
  await expect(failing).rejects.toThrow("fetch failed")
  expect(limit.limit).toBe(4)
})
