/** Ids are prefixed ULIDs: they sort by time of birth, so lists page by id. */
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
