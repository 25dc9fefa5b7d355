import type { ApiClient, UploadJobSnapshot } from "rapid-photo-upload-sdk/api"
import { existingFiles, failFile, type PhotoFile, type PhotoUppy } from "./photo-meta.ts"
import { isTransient, pause } from "./repeating.ts"

/** Pause between two polls if the API names none, in ms. */
const defaultPollMs = 2000

export type ProcessingTexts = {
  processing: string
  notCompleted: string
}

type Photo = UploadJobSnapshot["items"][number]

/**
 * Waits until the server has processed the uploaded files, and shows it: Uppy's progress stays below complete until
 * then. A photo that the server rejects makes its file fail.
 */
export const awaitProcessing = async (
  uppy: PhotoUppy,
  api: ApiClient,
  fileIds: readonly string[],
  texts: ProcessingTexts,
): Promise<void> => {
  const uploaded = existingFiles(uppy, fileIds).filter(isProcessing)
  for (const file of uploaded)
    uppy.emit("postprocess-progress", file, { mode: "indeterminate", message: texts.processing })
  const jobIds = new Set(uploaded.flatMap(({ meta }) => meta.jobId ?? []))
  await Promise.all(
    [...jobIds].map((jobId) =>
      awaitJob(api, jobId, (photos) => {
        const files = existingFiles(uppy, fileIds).filter(
          (file) => isProcessing(file) && file.meta.jobId === jobId,
        )
        const unfinished = files.filter(
          (file) => !finish(uppy, file, photos.get(file.meta.photoId ?? ""), texts),
        )
        return unfinished.length === 0
      }),
    ),
  )
}

const isProcessing = ({ progress, error }: PhotoFile): boolean =>
  progress.uploadComplete === true && progress.complete !== true && !error

/** Applies the status of a photo to its file. Returns whether it is final. */
const finish = (
  uppy: PhotoUppy,
  file: PhotoFile,
  photo: Photo | undefined,
  texts: ProcessingTexts,
): boolean => {
  switch (photo?.status) {
    case "COMPLETED":
      uppy.emit("postprocess-complete", file)
      return true
    case "QUEUED":
    case "UPLOADING":
    case "PROCESSING":
      return false
    default:
      // A retry of the file uploads a new photo: this one stays as it is.
      failFile(uppy, file, photo?.failureDetail ?? texts.notCompleted, noPhoto)
      return true
  }
}

const noPhoto = { photoId: "", jobId: "", isMultipart: false }

/** Polls a job until `onPhotos` returns true. */
const awaitJob = async (
  api: ApiClient,
  jobId: string,
  onPhotos: (photos: ReadonlyMap<string, Photo>) => boolean,
): Promise<void> => {
  let etag: string | null = null
  let pollMs = defaultPollMs
  let photos: ReadonlyMap<string, Photo> = new Map()
  for (;;) {
    try {
      const changed = await api.getChangedUploadJob(jobId, etag)
      if (changed) {
        etag = changed.etag
        pollMs = changed.job.pollAfterMs ?? defaultPollMs
        photos = new Map(changed.job.items.map((photo) => [photo.photoId, photo]))
      }
      // Also without a change: a file that was removed meanwhile is not waited for.
      if (onPhotos(photos)) return
    } catch (error) {
      if (!isTransient(error)) throw error
    }
    await pause(pollMs)
  }
}
