import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { ApiProblem } from "../../client/sdk/src/api/api-problem.ts"
import { retrying } from "./retrying.ts"

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const problem = (status: number) => ({ type: "urn:test", title: "Rejected", status })

test("a transient failure is retried after Retry-After and not earlier", async () => {
  let calls = 0
  const outcome = retrying(async () => {
    calls += 1
    if (calls === 1) throw new ApiProblem(problem(429), 10_000)
    return "done"
  })
  await vi.advanceTimersByTimeAsync(9_999)
  expect(calls).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(await outcome).toBe("done")
})

test("a permanent failure is not retried", async () => {
  const work = vi.fn(async () => {
    throw new ApiProblem(problem(409), 1000)
  })
  await expect(retrying(work)).rejects.toThrow("Rejected")
  expect(work).toHaveBeenCalledTimes(1)
})
