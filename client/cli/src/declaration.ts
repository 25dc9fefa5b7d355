import { open, stat } from "node:fs/promises"
import { basename } from "node:path"
import { type CreateUploadJobRequest, mediaTypeOf } from "rapid-photo-upload-sdk"
import type { PhotoFile } from "./photo-files.ts"

/** What create declares about a file. */
export const declarationOf = async (
  { file, path }: PhotoFile,
  sha256: string | undefined,
): Promise<CreateUploadJobRequest["files"][number]> => {
  const { size } = await stat(file)
  const filename = basename(file)
  const head = async (length: number) => {
    const handle = await open(file)
    try {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  }
  return {
    filename,
    mimeType: await mediaTypeOf({ filename, mimeType: "", head }),
    bytes: size,
    ...(path !== undefined && { path }),
    ...(sha256 !== undefined && { sha256 }),
  }
}
