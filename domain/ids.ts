/** Ids are prefixed ULIDs: they sort by time of creation, so lists are paginated by id. */
export type UserId = `usr_${string}`
export type JobId = `job_${string}`
export type PhotoId = `ph_${string}`

// Crockford's base 32 without I, L, O and U (https://github.com/ulid/spec).
const ulid = "[0-7][0-9A-HJKMNP-TV-Z]{25}"

const userIdPattern = new RegExp(`^usr_${ulid}$`)
const jobIdPattern = new RegExp(`^job_${ulid}$`)
const photoIdPattern = new RegExp(`^ph_${ulid}$`)

export const isUserId = (text: string): text is UserId => userIdPattern.test(text)
export const isJobId = (text: string): text is JobId => jobIdPattern.test(text)
export const isPhotoId = (text: string): text is PhotoId => photoIdPattern.test(text)

/**
 * Returns the id of a job's photo at `position`, from 1: the job's ULID plus the position. The photos of a job are
 * therefore adjacent in every index and S3 listing, and their range is known from the job's id without a query.
 */
export const photoIdAt = (jobId: JobId, position: number): PhotoId =>
  `ph_${encodeUlid(decodeUlid(jobId) + BigInt(position))}`

/** Returns the position of a photo in its job, from 1. Only valid if the photo belongs to the job; this is not checked. */
export const photoPosition = (jobId: JobId, photoId: PhotoId): number =>
  Number(decodeUlid(photoId) - decodeUlid(jobId))

const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const ulidLength = 26

const decodeUlid = (id: JobId | PhotoId): bigint =>
  Array.from(id.slice(-ulidLength)).reduce((value, digit) => value * 32n + BigInt(digits.indexOf(digit)), 0n)

const encodeUlid = (value: bigint): string =>
  Array.from({ length: ulidLength }, (_, index) =>
    digits.charAt(Number((value >> BigInt(5 * (ulidLength - 1 - index))) & 31n)),
  ).join("")
