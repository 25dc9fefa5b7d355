import { FileError, fileUnreadable } from "./errors.ts"
import { type FileRecord, newFileRecord } from "./file-record.ts"
import { mediaTypeOf } from "./media-type.ts"
import type { FileSource, Platform } from "./ports.ts"
import type { UploadFailure, UploadInput } from "./upload-types.ts"

/** Files opened before others get a turn, so that thousands of files do not block the page. */
const filesPerTurn = 50

/** A file of the input, or why it cannot be read. */
export type OpenedFile = { record: FileRecord; failure: UploadFailure | null }

/** Opens the files of an upload: name, size and the type that their first bytes show. */
export const openFiles = async (
  platform: Platform,
  inputs: readonly UploadInput[],
  newId: () => string,
): Promise<OpenedFile[]> => {
  const opened: OpenedFile[] = []
  for (let start = 0; start < inputs.length; start += filesPerTurn)
    opened.push(
      ...(await Promise.all(
        inputs.slice(start, start + filesPerTurn).map((input) => openFile(platform, input, newId())),
      )),
    )
  return opened
}

const openFile = async (platform: Platform, input: UploadInput, id: string): Promise<OpenedFile> => {
  try {
    const { source, mimeType } = await openSource(platform, input)
    return { record: newFileRecord(id, input, source, mimeType), failure: null }
  } catch (error) {
    const failure = error instanceof FileError ? error.failure : fileUnreadable(String(error))
    return {
      record: newFileRecord(id, input, closedSource(nameOf(input)), "application/octet-stream"),
      failure,
    }
  }
}

/** Opens a file as it is now. @throws what the platform throws when it cannot read the file */
export const openSource = async (
  platform: Platform,
  input: UploadInput,
): Promise<{ source: FileSource; mimeType: string }> => {
  const source = await platform.openFile(input)
  return { source, mimeType: await mediaTypeOf(source) }
}

/** The source of a file that cannot be read. */
export const closedSource = (
  filename: string,
  known: Partial<Pick<FileSource, "path" | "bytes" | "lastModifiedMs">> = {},
): FileSource => ({
  filename,
  path: null,
  bytes: 0,
  mimeType: "",
  lastModifiedMs: null,
  ...known,
  slice: null,
  whole: () => null,
  head: null,
})

const nameOf = (input: UploadInput): string => {
  if (typeof input === "object" && "name" in input) return input.name
  const file = typeof input === "string" ? input : input.file
  return file.split(/[\\/]/).at(-1) ?? file
}
