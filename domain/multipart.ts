const mebibyte = 1024 * 1024

/** Limits of the part size, in bytes. S3 accepts smaller parts only as the last one. */
export const partSizeLimits = { min: 5 * mebibyte, max: 64 * mebibyte, default: 8 * mebibyte } as const

/**
 * The largest object that S3 accepts in one PUT:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
 */
export const maxSinglePutBytes = 5 * 1024 * mebibyte

/** One part of a file: `partNumber` counts from 1. */
export type PlannedPart = { partNumber: number; bytes: number }

/** Returns the part size of a file's multipart upload, or null when the file fits into one PUT. */
export const partSizeOf = (fileBytes: number, partSize: number): number | null =>
  fileBytes > partSize ? partSize : null

/** Returns the parts of a file, each of `partSize` bytes except the last. */
export const partsOf = (fileBytes: number, partSize: number): PlannedPart[] =>
  Array.from({ length: partCountOf(fileBytes, partSize) }, (_, index) => ({
    partNumber: index + 1,
    bytes: Math.min(partSize, fileBytes - index * partSize),
  }))

export const partCountOf = (fileBytes: number, partSize: number): number => Math.ceil(fileBytes / partSize)
