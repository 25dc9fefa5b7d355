import { FileError, failureOf } from "./errors.ts"
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
  let source: FileSource
  try {
    source = await platform.openFile(input)
  } catch (error) {
    return {
      record: newFileRecord(id, unreadable(input), "application/octet-stream"),
      failure: unreadableFailure(error),
    }
  }
  return { record: newFileRecord(id, source, await mediaTypeOf(source)), failure: null }
}

const unreadable = (input: UploadInput): FileSource => ({
  filename: nameOf(input),
  path: null,
  bytes: 0,
  mimeType: "",
  lastModifiedMs: null,
  slice: null,
  whole: () => null,
  head: null,
})

const nameOf = (input: UploadInput): string => {
  if (typeof input === "object" && "name" in input) return input.name
  const file = typeof input === "string" ? input : input.file
  return file.split(/[\\/]/).at(-1) ?? file
}

const unreadableFailure = (error: unknown): UploadFailure =>
  error instanceof FileError
    ? failureOf(error)
    : {
        code: "file-unreadable",
        title: "The file cannot be read",
        detail: "Check that it exists and that you may read it.",
        isRetryable: false,
      }
