import { lstat, rm } from "node:fs/promises"
import type { Client } from "rapid-photo-upload-sdk"
import { confirm } from "../confirm.ts"
import { printable } from "../display/printable.ts"
import { CommandError, exitCodes } from "../exit-codes.ts"
import { hashFiles } from "../hash-files.ts"
import { findPhotos } from "../photo-files.ts"

/** The most hashes of one request. */
const batchSize = 1000

export type VerifyOptions = {
  inputs: readonly string[]
  deleteVerified: boolean
  isConfirmed: boolean
  isJson: boolean
}

/** A local file whose content is stored. */
type VerifiedFile = { file: string; sha256: string; photoId: string; version: string }

/**
 * Compares local photos with the stored ones by their hash. Exit code 1 if one is not stored, or if one that is to be
 * deleted was not.
 */
export const verify = async (client: Client, options: VerifyOptions): Promise<number> => {
  const { inputs, isJson } = options
  if (inputs.length === 0) throw new CommandError("Name the folder: verify FOLDER")
  const { photos, skipped } = await findPhotos(inputs)
  if (photos.length === 0) throw new CommandError("There are no photos in what you named.")
  const files = photos.map(({ file }) => file)
  const verified = await verifiedFiles(client, files)
  for (const file of files) {
    const photoId = verified.get(file)?.photoId ?? null
    if (isJson) process.stdout.write(`${JSON.stringify({ file, isStored: photoId !== null, photoId })}\n`)
    else if (photoId === null) process.stdout.write(`not stored  ${printable(file)}\n`)
  }
  if (!isJson) {
    if (skipped.length > 0)
      process.stdout.write(`${skipped.length} files are not photos and were not checked.\n`)
    process.stdout.write(`${verified.size} of ${files.length} photos are safely stored.\n`)
  }
  const kept = options.deleteVerified ? await deleteFiles(client, [...verified.values()], options) : 0
  return verified.size < files.length || kept > 0 ? exitCodes.unsafe : exitCodes.safe
}

const verifiedFiles = async (
  client: Client,
  files: readonly string[],
): Promise<Map<string, VerifiedFile>> => {
  const verified = new Map<string, VerifiedFile>()
  for (let start = 0; start < files.length; start += batchSize) {
    const batch = files.slice(start, start + batchSize)
    // Before the hash: a change while the file is read must be noticed, too.
    const versions = new Map<string, string | null>()
    for (const file of batch) versions.set(file, await versionOf(file))
    const hashes = await hashFiles(batch)
    const photoIds = await storedPhotos(client, [...hashes.values()])
    for (const [file, sha256] of hashes) {
      const photoId = photoIds.get(sha256)
      if (photoId) verified.set(file, { file, sha256, photoId, version: versions.get(file) ?? "" })
    }
  }
  return verified
}

/** The photo of each hash that is stored; at most `batchSize` hashes. */
const storedPhotos = async (client: Client, hashes: readonly string[]): Promise<Map<string, string>> => {
  if (hashes.length === 0) return new Map()
  const { items } = await client.api.verifyHashes({ sha256: [...new Set(hashes)] })
  return new Map(items.flatMap(({ sha256, photoId }) => (photoId === null ? [] : [[sha256, photoId]])))
}

/** Changes with every change of a file. Null for a link and for a file that is gone. */
const versionOf = async (file: string): Promise<string | null> => {
  const info = await lstat(file, { bigint: true }).catch(() => null)
  // The time of change (ctime) is set by the kernel; programs can set the time of modification back.
  return info?.isFile() ? [info.dev, info.ino, info.size, info.mtimeNs, info.ctimeNs].join(" ") : null
}

/** Deletes files that are stored and unchanged. Returns how many were kept. */
const deleteFiles = async (
  client: Client,
  verified: readonly VerifiedFile[],
  { isConfirmed, isJson }: VerifyOptions,
): Promise<number> => {
  if (verified.length === 0) return 0
  if (!isConfirmed && !(await confirm(`Delete ${verified.length} local files that are safely stored?`))) {
    process.stderr.write("Nothing was deleted. Use --yes to delete without a question.\n")
    return 0
  }
  let deleted = 0
  for (let start = 0; start < verified.length; start += batchSize) {
    const batch = verified.slice(start, start + batchSize)
    // Again: a photo may have been deleted since, for example while the question waited for its answer.
    const stored = await storedPhotos(
      client,
      batch.map(({ sha256 }) => sha256),
    )
    for (const { file, sha256, version } of batch) {
      const isUnchanged =
        version === (await versionOf(file)) && (await hashFiles([file])).get(file) === sha256
      if (stored.has(sha256) && isUnchanged && version === (await versionOf(file))) {
        await rm(file)
        deleted += 1
      } else
        process.stderr.write(
          `kept        ${printable(file)}: it is a link, was changed, or is not stored any more\n`,
        )
    }
  }
  if (!isJson) process.stdout.write(`${deleted} local files were deleted.\n`)
  return verified.length - deleted
}
