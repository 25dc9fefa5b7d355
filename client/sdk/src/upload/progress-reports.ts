import type { ApiClient } from "../api/api-client.ts"
import type { FileTable } from "./file-table.ts"

/** The API accepts one report per second. */
const intervalMs = 1000

const maxItems = 500

/**
 * Reports the sent bytes of all uploading files at most once a second, so that other devices see them. Reports are a
 * courtesy: one that fails is not repeated, the next one has newer numbers.
 */
export const progressReports = (
  api: Pick<ApiClient, "reportProgress">,
  files: FileTable,
): { start: () => void; stop: () => void } => {
  const reported = new Map<string, number>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const report = async () => {
    const items = files.records
      .flatMap(({ state: { photoId, status, bytesSent, bytesTotal } }) =>
        photoId !== null && status === "uploading" && bytesSent > (reported.get(photoId) ?? 0)
          ? { photoId, bytesSent, bytesTotal }
          : [],
      )
      .slice(0, maxItems)
    if (items.length === 0) return
    for (const { photoId, bytesSent } of items) reported.set(photoId, bytesSent)
    await api.reportProgress({ items }).catch(() => {})
  }
  // Not an interval: on a busy page two of its calls can be closer together.
  const schedule = () => {
    timer = setTimeout(async () => {
      const running = timer
      await report()
      if (timer === running) schedule()
    }, intervalMs)
  }
  return {
    start: () => {
      if (timer === undefined) schedule()
    },
    stop: () => {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
