import { createHash } from "node:crypto"
import { createWriteStream } from "node:fs"
import { mkdir, rename, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { ReadableStream as NodeReadableStream } from "node:stream/web"
import type { Client } from "rapid-photo-upload-sdk"
import { CommandError, exitCodes } from "../exit-codes.ts"

export type DownloadOptions = { photoIds: readonly string[]; folder: string; isQuiet: boolean }

/** Downloads originals, checks their hash, and never replaces a file. Exit code 1 if one could not be stored. */
export const download = async (
  client: Client,
  { photoIds, folder, isQuiet }: DownloadOptions,
): Promise<number> => {
  if (photoIds.length === 0) throw new CommandError("Name the photos: download PHOTO_ID…")
  await mkdir(folder, { recursive: true })
  let failed = 0
  for (const photoId of photoIds) {
    try {
      const file = await downloadOne(client, photoId, folder)
      if (!isQuiet) process.stdout.write(`stored  ${file}\n`)
    } catch (error) {
      failed += 1
      process.stderr.write(`failed  ${photoId}: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  return failed > 0 ? exitCodes.unsafe : exitCodes.safe
}

const downloadOne = async (client: Client, photoId: string, folder: string): Promise<string> => {
  const photo = await client.api.getPhoto(photoId)
  const { url } = await client.api.getDownloadUrl(photoId)
  const response = await fetch(url)
  if (!response.ok || !response.body) throw new Error(`S3 responded with ${response.status}`)
  const temporary = join(folder, `.${photoId}.part`)
  const hash = createHash("sha256")
  const hashing = new Transform({
    transform: (chunk: Uint8Array, _, done) => {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  try {
    await pipeline(
      Readable.fromWeb(response.body as NodeReadableStream),
      hashing,
      createWriteStream(temporary),
    )
    if (photo.checksum !== null && hash.digest("hex") !== photo.checksum)
      throw new Error("the downloaded bytes do not have the stored hash; download the photo again")
    const file = await freeName(folder, photo.filename)
    await rename(temporary, file)
    return file
  } finally {
    await rm(temporary, { force: true })
  }
}

/** `a.jpg`, or `a (2).jpg` if there is one. The name comes from another computer: it must not leave the folder. */
const freeName = async (folder: string, filename: string): Promise<string> => {
  const safe = filename.replaceAll(/[/\\\0]/g, "_").replace(/^\.+/, "_") || "photo"
  const dot = safe.lastIndexOf(".")
  const [name, extension] = dot > 0 ? [safe.slice(0, dot), safe.slice(dot)] : [safe, ""]
  for (let number = 1; ; number += 1) {
    const file = join(folder, number === 1 ? safe : `${name} (${number})${extension}`)
    if (!(await stat(file).catch(() => null))) return file
  }
}
