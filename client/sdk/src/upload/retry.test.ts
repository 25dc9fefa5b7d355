import { expect, test, vi } from "vitest"
import { ApiProblem } from "../api/api-problem.ts"
import { FileError, fileChanged, StorageError } from "./errors.ts"
import { pauseGate } from "./pause-gate.ts"
import { retrying } from "./retry.ts"

const problem = (status: number, name = "x", retryAfterMs: number | null = null) =>
  new ApiProblem({ type: `urn:problem:${name}`, title: name, status }, retryAfterMs)

const failing = (...errors: Error[]) => {
  const attempts: Error[] = [...errors]
  return vi.fn(async () => {
    const error = attempts.shift()
    if (error) throw error
    return "done"
  })
}

const gate = () => pauseGate(() => {})

test.each([
  new TypeError("fetch failed"),
  new StorageError(500, "InternalError"),
  new StorageError(409, "ConditionalRequestConflict"),
  new StorageError(408),
  problem(429),
  problem(503),
  problem(409, "idempotency-key-in-use"),
])("%s is transient: the work is repeated", async (error) => {
  const work = failing(error)
  await expect(retrying({ gate: gate(), delaysMs: [0] })(work)).resolves.toBe("done")
  expect(work).toHaveBeenCalledTimes(2)
})

test.each([
  new StorageError(403, "AccessDenied"),
  new StorageError(412),
  new FileError(fileChanged),
  problem(409, "already-uploaded"),
  problem(422),
  Object.assign(new Error("stop"), { name: "AbortError" }),
])("%s is permanent: the work is not repeated", async (error) => {
  const work = failing(error)
  await expect(retrying({ gate: gate(), delaysMs: [0] })(work)).rejects.toBe(error)
  expect(work).toHaveBeenCalledTimes(1)
})

test("after the last delay the error is thrown; overload counts a fifth of an attempt", async () => {
  const broken = failing(...Array.from({ length: 9 }, () => new TypeError("fetch failed")))
  await expect(retrying({ gate: gate(), delaysMs: [0, 0] })(broken)).rejects.toThrow("fetch failed")
  expect(broken).toHaveBeenCalledTimes(3)
  const overloaded = failing(...Array.from({ length: 9 }, () => problem(503)))
  await expect(retrying({ gate: gate(), delaysMs: [0] })(overloaded)).rejects.toThrow("HTTP 503")
  expect(overloaded).toHaveBeenCalledTimes(6)
})

test("the pause is random up to the delay of the attempt, and at least Retry-After", async () => {
  vi.useFakeTimers()
  const random = vi.spyOn(Math, "random").mockReturnValue(0.5)
  try {
    const work = failing(new TypeError("fetch failed"), problem(503, "overloaded", 7000))
    const done = retrying({ gate: gate(), delaysMs: [1000, 2000] })(work)
    await vi.advanceTimersByTimeAsync(499)
    expect(work).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(work).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(6999)
    expect(work).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(1)
    await expect(done).resolves.toBe("done")
  } finally {
    random.mockRestore()
    vi.useRealTimers()
  }
})

test("a pause of the upload ends an attempt, which is repeated afterwards and not counted", async () => {
  const held = gate()
  let attempts = 0
  const done = retrying({ gate: held, delaysMs: [] })(
    (signal) =>
      new Promise<string>((resolve, reject) => {
        attempts += 1
        if (attempts === 2) return resolve("done")
        signal.addEventListener("abort", () => reject(signal.reason))
      }),
  )
  await expect.poll(() => attempts).toBe(1)
  held.close("offline")
  held.close("user")
  held.open("offline")
  expect(attempts).toBe(1)
  held.open("user")
  await expect(done).resolves.toBe("done")
})

test("an aborted signal ends the work, also in a pause between attempts", async () => {
  const controller = new AbortController()
  const work = failing(new TypeError("fetch failed"))
  const done = retrying({
    gate: gate(),
    delaysMs: [1_000_000],
    onRetry: () => controller.abort(new Error("cancelled")),
  })(work, controller.signal)
  await expect(done).rejects.toThrow("cancelled")
  expect(work).toHaveBeenCalledTimes(1)
})
