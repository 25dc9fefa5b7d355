import type { PhotoFile, PhotoUppy } from "./photo-meta.ts"
import type { PresignedUrls } from "./presigned-urls.ts"

/** How often a file whose URL S3 rejected is sent again. */
const maxResends = 3

export type UploadRecovery = {
  /** Handles Uppy's `upload-error`. */
  onError: (file: PhotoFile | undefined, error: object) => void
  /** Sends the files again whose URLs S3 rejected. Uppy then runs all steps for them. */
  resend: (fileIds: readonly string[]) => Promise<void>
  /** Forgets how often files were sent again. */
  reset: () => void
}

/**
 * Turns two of S3's errors into success, which @uppy/aws-s3 reports at once. 412: an earlier attempt was stored and
 * its response was lost. 403: the URL expired; the file is sent again with a new one.
 */
export const uploadRecovery = (uppy: PhotoUppy, urls: PresignedUrls): UploadRecovery => {
  const resends = new Map<string, number>()
  const rejected = new Set<string>()
  const clearError = (fileId: string) => {
    uppy.setFileState(fileId, { error: null })
    uppy.setState({ error: null })
    uppy.hideInfo()
  }
  return {
    onError: (file, error) => {
      // @uppy/aws-s3 does not export the class of its errors.
      const status = "status" in error ? error.status : undefined
      const photoId = file?.meta.photoId
      if (!file || !photoId) return
      if (status === 412) {
        clearError(file.id)
        uppy.emit("upload-success", uppy.getFile(file.id), { status: 200, body: {} })
      }
      const count = resends.get(file.id) ?? 0
      if (status === 403 && count < maxResends) {
        resends.set(file.id, count + 1)
        rejected.add(file.id)
        urls.forget(photoId)
        clearError(file.id)
      }
    },
    resend: async (fileIds) => {
      await Promise.all(
        fileIds.map(async (id) => {
          if (rejected.delete(id) && uppy.getFile(id)) await uppy.retryUpload(id)
        }),
      )
    },
    reset: () => resends.clear(),
  }
}
