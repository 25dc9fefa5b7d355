import type { Body, Meta, Uppy, UppyFile } from "@uppy/core"

/** What the plugin adds to a file's `meta` when its upload job is created. Uppy's Golden Retriever stores it. */
export type PhotoMeta = {
  photoId?: string
  jobId?: string
  /** Whether the file is sent in parts. */
  isMultipart?: boolean
}

export type AnyMeta = Meta & PhotoMeta

export type PhotoUppy = Uppy<AnyMeta, Body>
export type PhotoFile = UppyFile<AnyMeta, Body>

/** Returns the files that still exist: people remove files at any time. */
export const existingFiles = (uppy: PhotoUppy, fileIds: readonly string[]): PhotoFile[] =>
  fileIds.flatMap((id) => {
    const file: PhotoFile | undefined = uppy.getFile(id)
    return file ? [file] : []
  })

/** Ends a file with an error. The next retry sends its bytes again, as the photo that its `meta` names, if any. */
export const failFile = (uppy: PhotoUppy, file: PhotoFile, message: string, meta: PhotoMeta): void => {
  uppy.setFileState(file.id, {
    meta: { ...file.meta, ...meta },
    // Uppy does not send a file again that it counts as uploaded.
    progress: { uploadStarted: Date.now(), uploadComplete: false, bytesUploaded: 0, bytesTotal: file.size },
  })
  uppy.emit("upload-error", uppy.getFile(file.id), new Error(message))
}
