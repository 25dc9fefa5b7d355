import { createReadStream } from "node:fs"
import { Readable } from "node:stream"
import type { ReadableStream as NodeReadableStream } from "node:stream/web"
import { FileError, fileUnreadable } from "../upload/errors.ts"
import { assertUnchanged, type FileRange } from "./node-file-source.ts"
import type { StreamRange } from "./stream-source.ts"

/** Bytes in the forms that Node.js sends. */
export type NodeBody = FileRange | StreamRange | Blob

/** Reads the bytes of a body from its file, afresh at every call. @throws FileError when they cannot be read */
export const readBody = async (body: NodeBody): Promise<Readable> => {
  if (body instanceof Blob) return Readable.fromWeb(body.stream() as NodeReadableStream)
  if ("open" in body) return Readable.fromWeb(body.open(body.start, body.end) as NodeReadableStream)
  try {
    await assertUnchanged(body)
  } catch (error) {
    throw error instanceof FileError ? error : new FileError(fileUnreadable(String(error)))
  }
  // `end` is inclusive, so an empty range cannot be expressed.
  if (body.end === body.start) return Readable.from([])
  return createReadStream(body.file, { start: body.start, end: body.end - 1, highWaterMark: 256 * 1024 })
}
