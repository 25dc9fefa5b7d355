import { rm } from "node:fs/promises"
import { createInterface } from "node:readline/promises"
import type { Client } from "rapid-photo-upload-sdk"
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

/** Compares local photos with the stored ones by their hash. Exit code 1 if one is not stored. */
export const verify = async (client: Client, options: VerifyOptions): Promise<number> => {
  if (options.inputs.length === 0) throw new CommandError("Name the folder: verify FOLDER")
  const { photos } = await findPhotos(options.inputs)
  const files = photos.map(({ file }) => file)
  const stored = await storedFiles(client, files)
  const missing = files.filter((file) => !stored.has(file))
  for (const file of files) {
    const photoId = stored.get(file) ?? null
    if (options.isJson)
      process.stdout.write(`${JSON.stringify({ file, isStored: photoId !== null, photoId })}\n`)
    else if (photoId === null) process.stdout.write(`not stored  ${file}\n`)
  }
  if (!options.isJson) process.stdout.write(`${stored.size} of ${files.length} photos are safely stored.\n`)
  if (options.deleteVerified && stored.size > 0) await deleteFiles([...stored.keys()], options.isConfirmed)
  return missing.length > 0 ? exitCodes.unsafe : exitCodes.safe
}

/** The files whose content is stored, with the id of the photo. */
const storedFiles = async (client: Client, files: readonly string[]): Promise<Map<string, string>> => {
  const stored = new Map<string, string>()
  for (let start = 0; start < files.length; start += batchSize) {
    const hashes = await hashFiles(files.slice(start, start + batchSize))
    const { items } = await client.api.verifyHashes({ sha256: [...new Set(hashes.values())] })
    const photoIds = new Map(items.map(({ sha256, photoId }) => [sha256, photoId]))
    for (const [file, hash] of hashes) {
      const photoId = photoIds.get(hash)
      if (photoId) stored.set(file, photoId)
    }
  }
  return stored
}

const deleteFiles = async (files: readonly string[], isConfirmed: boolean): Promise<void> => {
  if (!isConfirmed && !(await confirm(`Delete ${files.length} local files that are safely stored?`))) {
    process.stdout.write("Nothing was deleted.\n")
    return
  }
  for (const file of files) await rm(file)
  process.stdout.write(`${files.length} local files were deleted.\n`)
}

/** Asks a question that only `y` answers with yes. Without a terminal the answer is no. */
export const confirm = async (question: string): Promise<boolean> => {
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}
