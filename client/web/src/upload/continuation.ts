import type { UnfinishedUpload } from "rapid-photo-upload-sdk"

/** The unfinished upload that chosen files continue: the one of which they contain the most missing files. */
export const continuationOf = (
  unfinished: readonly UnfinishedUpload[],
  files: readonly File[],
): UnfinishedUpload | null => {
  const keys = new Set(files.map((file) => keyOf(folderOf(file), file.name, file.size)))
  const matches = unfinished.map((upload) => ({
    upload,
    count: upload.missing.filter(({ path, filename, bytes }) => keys.has(keyOf(path, filename, bytes)))
      .length,
  }))
  const best = matches.toSorted((a, b) => b.count - a.count)[0]
  return best && best.count > 0 ? best.upload : null
}

const keyOf = (path: string | null, filename: string, bytes: number): string =>
  JSON.stringify([path, filename, bytes])

const folderOf = ({ webkitRelativePath }: File): string | null =>
  webkitRelativePath.split("/").slice(0, -1).join("/") || null
