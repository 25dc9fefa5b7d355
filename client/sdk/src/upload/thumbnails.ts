import type { FileTable } from "./file-table.ts"
import type { SharedContext } from "./upload-context.ts"

/** Completed photos are collected for this time, so that one request reads the thumbnails of many, in ms. */
const collectMs = 2000

const pageSize = 100

/** Reads the thumbnails of completed photos, in pages of a job. What a failed request leaves is read with the next. */
export const thumbnailReader = (api: SharedContext["api"], files: FileTable) => {
  const jobs = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let reading: Promise<void> = Promise.resolve()

  const isMissing = (jobId: string) =>
    files.records.some(
      (record) =>
        record.jobId === jobId && record.state.status === "completed" && record.state.thumbnails.length === 0,
    )
  const readJob = async (jobId: string) => {
    let cursor: string | null | undefined
    do {
      const page = await api.listPhotos({
        jobId,
        status: "COMPLETED",
        size: pageSize,
        ...(cursor && { cursor }),
      })
      for (const { photoId, thumbnails } of page.items) {
        const record = files.byPhoto(photoId)
        if (record?.state.thumbnails.length === 0) files.change(record, { thumbnails })
      }
      cursor = page.nextCursor
    } while (cursor && isMissing(jobId))
  }
  const read = async () => {
    timer = undefined
    for (const jobId of [...jobs]) {
      jobs.delete(jobId)
      if (isMissing(jobId)) await readJob(jobId).catch(() => jobs.add(jobId))
    }
  }
  return {
    /** A photo of the job was completed. */
    request: (jobId: string) => {
      jobs.add(jobId)
      timer ??= setTimeout(() => {
        reading = reading.then(read)
      }, collectMs)
    },
    /** Reads what is still missing. */
    finish: async () => {
      clearTimeout(timer)
      await reading
      await read()
    },
  }
}
