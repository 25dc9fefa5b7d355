import type { ApiClient } from "../api/api-client.ts"
import type { FileTable } from "./file-table.ts"

/** The API accepts one report per second. */
const intervalMs = 1000

const maxItems = 500

/**
 * Reports the sent bytes of all uploading files once a second, so that other devices see them. Reports are a
 * courtesy: one that fails is not repeated, the next one has newer numbers.
 */
export const progressReports = (
  api: ApiClient,
  files: FileTable,
): { start: () => void; stop: () => void } => {
  const reported = new Map<string, number>()
  let isRunning = false
  const report = async () => {
    if (isRunning) return
    const items = files.records
      .flatMap(({ state: { photoId, status, bytesSent, bytesTotal } }) =>
        photoId !== null && status === "uploading" && bytesSent > (reported.get(photoId) ?? 0)
          ? { photoId, bytesSent, bytesTotal }
          : [],
      )
      .slice(0, maxItems)
    if (items.length === 0) return
    isRunning = true
    for (const { photoId, bytesSent } of items) reported.set(photoId, bytesSent)
    await api.reportProgress({ items }).catch(() => {})
    isRunning = false
  }
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    start: () => {
      timer ??= setInterval(report, intervalMs)
    },
    stop: () => {
      clearInterval(timer)
      timer = undefined
    },
  }
}
