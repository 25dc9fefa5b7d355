import { expect, test, vi } from "vitest"
import { progressReports } from "./progress-reports.ts"
import { deferred } from "./signals.ts"
import { recordOf, tableOf } from "./testing/records.ts"

test("reports once a second what was sent since the last report, one report at a time, until it is stopped", async () => {
  vi.useFakeTimers()
  try {
    const records = ["a", "b"].map((id) => recordOf(id))
    const [a, b] = records
    if (!a || !b) throw new Error("no records")
    const { files } = tableOf(records)
    for (const record of records) files.change(record, { photoId: record.id, status: "uploading" })
    const answer = deferred<never>()
    const reportProgress = vi.fn(() => answer.promise)
    const reports = progressReports({ reportProgress }, files)
    reports.start()
    reports.start()
    await vi.advanceTimersByTimeAsync(5000)
    expect(reportProgress).not.toHaveBeenCalled()
    files.change(a, { bytesSent: 10 })
    await vi.advanceTimersByTimeAsync(1000)
    files.change(b, { bytesSent: 20 })
    await vi.advanceTimersByTimeAsync(5000)
    expect(reportProgress.mock.calls).toEqual([
      [{ items: [{ photoId: "a", bytesSent: 10, bytesTotal: 100 }] }],
    ])
    answer.reject(new Error("lost"))
    await vi.advanceTimersByTimeAsync(1000)
    expect(reportProgress).toHaveBeenLastCalledWith({
      items: [{ photoId: "b", bytesSent: 20, bytesTotal: 100 }],
    })
    reports.stop()
    files.change(a, { bytesSent: 30 })
    await vi.advanceTimersByTimeAsync(5000)
    expect(reportProgress).toHaveBeenCalledTimes(2)
  } finally {
    vi.useRealTimers()
  }
})
