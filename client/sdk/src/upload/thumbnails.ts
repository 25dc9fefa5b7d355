import type { ApiClient } from "../api/api-client.ts"
import type { FileTable } from "./file-table.ts"

/** Completed photos are collected for this time, so that one request reads the thumbnails of many, in ms. */
const collectMs = 1000

const pageSize = 100

/** Reads the thumbnails of completed photos, in pages of a job. A page that fails is read with the next photos. */
export const thumbnailReader = (api: ApiClient, files: FileTable) => {
  const jobs = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let reading: Promise<void> = Promise.resolve()

  const readJob = async (jobId: string) => {
    let cursor: string | undefined
    do {
      const page = await api.listPhotos({ jobId, size: pageSize, ...(cursor !== undefined && { cursor }) })
      for (const { photoId, thumbnails } of page.items) {
        const record = files.byPhoto(photoId)
        if (record && thumbnails.length > 0 && record.state.thumbnails.length === 0)
          files.change(record, { thumbnails })
      }
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
  }
  const read = async () => {
    timer = undefined
    const waiting = [...jobs]
    jobs.clear()
    for (const jobId of waiting) await readJob(jobId).catch(() => jobs.add(jobId))
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
