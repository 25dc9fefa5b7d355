import type { FileSource } from "../upload/ports.ts"
import { blobSource } from "./blob-source.ts"

/** The source of a browser's File. `webkitRelativePath` is set for files of a chosen folder. */
export const browserFileSource = (file: File): FileSource => {
  const folder = file.webkitRelativePath?.split("/").slice(0, -1).join("/")
  return blobSource(file, {
    filename: file.name,
    path: folder || null,
    lastModifiedMs: file.lastModified,
  })
}
