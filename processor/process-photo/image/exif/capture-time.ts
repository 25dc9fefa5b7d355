import type { PhotoExif } from "../../../../domain/image.ts"

export type CaptureTime = Pick<PhotoExif, "dateTimeOriginal" | "offsetTimeOriginal">

/** Parses an EXIF time and its offset. Zeros, blanks and invalid dates are null. */
export const captureTimeOf = (time: Buffer, offset: Buffer): CaptureTime => {
  const dateTimeOriginal = localTimeOf(time.toString("latin1"))
  return { dateTimeOriginal, offsetTimeOriginal: dateTimeOriginal && offsetOf(offset.toString("latin1")) }
}

// The standard format is "YYYY:MM:DD HH:MM:SS"; some software writes ISO separators.
const timePattern = /^(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)/

const localTimeOf = (text: string): string | null => {
  const match = timePattern.exec(text)
  if (!match) return null
  const [year, month, day, hour, minute, second] = match.slice(1)
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const instant = new Date(`${iso}Z`)
  // Date turns 30 February into 1 March, so a date is valid only if it is unchanged.
  const isReal = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(iso)
  return isReal && Number(year) >= 1000 ? iso : null
}

const offsetOf = (text: string): string | null => {
  if (/^Z\0*$/.test(text)) return "+00:00"
  const match = /^([+-])(\d\d):?(\d\d)/.exec(text)
  if (!match) return null
  const [sign, hours, minutes] = match.slice(1)
  return Number(hours) <= 14 && Number(minutes) <= 59 ? `${sign}${hours}:${minutes}` : null
}
