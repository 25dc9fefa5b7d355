import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"

export type MultipartUpload = {
  uploadId: string
  bucket: string
  key: string
  initiated: string
  /** `SHA256`, for example. Null if it was created without one. */
  checksumAlgorithm: string | null
}

export type UploadedPart = {
  partNumber: number
  etag: string
  bytes: number
  lastModified: string
  /** In base64. Null if the part was uploaded without one. */
  checksum: string | null
}

/** The open multipart uploads of fauxqs, which it does not list over HTTP. */
export type MultipartUploads = {
  find: (uploadId: string) => MultipartUpload | null
  /** Sorted by key, then by time, as in S3. */
  inBucket: (bucket: string) => MultipartUpload[]
  /** Sorted by number. */
  partsOf: (uploadId: string) => UploadedPart[]
}

/**
 * Reads open uploads from the files of fauxqs, so that the result is correct after a restart. The layout is described in
 * its README, "File layout on disk". Reads are synchronous, like its writes, and therefore never find partial writes.
 * @param storageDir fauxqs's `s3StorageDir`
 */
export const multipartUploadsIn = (storageDir: string): MultipartUploads => {
  const directory = join(storageDir, "_multipart")
  const find = (uploadId: string): MultipartUpload | null => {
    const file = join(directory, uploadId, ".upload.json")
    return isUploadId(uploadId) && existsSync(file) ? uploadSchema.parse(readJson(file)) : null
  }
  return {
    find,
    inBucket: (bucket) =>
      readdirSync(directory)
        .flatMap((uploadId) => find(uploadId) ?? [])
        .filter((upload) => upload.bucket === bucket)
        .sort(
          (a, b) => order(a.key, b.key) || order(a.initiated, b.initiated) || order(a.uploadId, b.uploadId),
        ),
    partsOf: (uploadId) => {
      const parts = join(directory, uploadId, "parts")
      if (!isUploadId(uploadId) || !existsSync(parts)) return []
      return readdirSync(parts)
        .filter((name) => name.endsWith(".meta.json"))
        .map((name) => {
          const { checksumValue, ...part } = partSchema.parse(readJson(join(parts, name)))
          return {
            ...part,
            checksum: checksumValue,
            bytes: statSync(join(parts, `${part.partNumber}.data`)).size,
          }
        })
        .sort((a, b) => a.partNumber - b.partNumber)
    },
  }
}

const uploadSchema = z.object({
  uploadId: z.string(),
  bucket: z.string(),
  key: z.string(),
  initiated: z.string(),
  checksumAlgorithm: z.string().nullable().default(null),
})
const partSchema = z.object({
  partNumber: z.number(),
  etag: z.string(),
  lastModified: z.string(),
  checksumValue: z.string().nullable().default(null),
})

// Upload ids become file names. A UUID cannot leave the directory.
const isUploadId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"))

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
