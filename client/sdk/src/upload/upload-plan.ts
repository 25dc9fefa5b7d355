/** Size of a part, in bytes: large enough for few requests, small enough to lose little when a connection breaks. */
export const defaultPartBytes = 8 * 1024 * 1024

/** S3's largest number of parts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const maxParts = 10_000

const mebibyte = 1024 * 1024

/** The part size of a job whose largest file has this many bytes. */
export const partBytesFor = (largestFile: number): number =>
  Math.max(defaultPartBytes, Math.ceil(largestFile / maxParts / mebibyte) * mebibyte)
