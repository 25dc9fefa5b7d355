import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { isSettled, isTerminalJob, type JobCounts, jobStatusOf } from "./job-status.ts"

const counts = (
  completed: number,
  failed: number,
  cancelled: number,
  open = 0,
  duplicate = 0,
): JobCounts => ({
  total: completed + failed + cancelled + open + duplicate,
  completed,
  failed,
  cancelled,
  duplicate,
})

describe("a job's status", () => {
  test("is QUEUED until a photo leaves QUEUED, then IN_PROGRESS until the last photo is terminal", () => {
    expect(jobStatusOf(counts(0, 0, 0, 3), false)).toBe("QUEUED")
    expect(jobStatusOf(counts(2, 0, 0, 1), true)).toBe("IN_PROGRESS")
  })

  test("is COMPLETED when every photo is COMPLETED or CANCELLED, and at least one is COMPLETED", () => {
    expect(jobStatusOf(counts(3, 0, 0), true)).toBe("COMPLETED")
    expect(jobStatusOf(counts(2, 0, 1), true)).toBe("COMPLETED")
  })

  test("is COMPLETED_WITH_ERRORS when some photos failed, FAILED when all failed, CANCELLED when all were cancelled", () => {
    expect(jobStatusOf(counts(2, 1, 0), true)).toBe("COMPLETED_WITH_ERRORS")
    expect(jobStatusOf(counts(0, 1, 1), true)).toBe("COMPLETED_WITH_ERRORS")
    expect(jobStatusOf(counts(0, 2, 0), true)).toBe("FAILED")
    expect(jobStatusOf(counts(0, 0, 2), true)).toBe("CANCELLED")
  })

  test("counts a duplicate as stored: COMPLETED with duplicates only, COMPLETED_WITH_ERRORS beside failed photos", () => {
    expect(jobStatusOf(counts(0, 0, 0, 0, 3), true)).toBe("COMPLETED")
    expect(jobStatusOf(counts(0, 0, 1, 0, 1), true)).toBe("COMPLETED")
    expect(jobStatusOf(counts(0, 1, 0, 0, 1), true)).toBe("COMPLETED_WITH_ERRORS")
    expect(jobStatusOf(counts(0, 0, 0, 1, 1), true)).toBe("IN_PROGRESS")
  })

  test("is terminal if and only if every photo is terminal, for all counts", () => {
    const anyCounts = fc
      .tuple(fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(50))
      .map((numbers) => counts(...numbers))
      .filter(({ total }) => total > 0)
    fc.assert(
      fc.property(anyCounts, (some) => {
        expect(isTerminalJob(jobStatusOf(some, true))).toBe(isSettled(some))
      }),
    )
  })
})
