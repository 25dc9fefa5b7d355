import type { PhotoExif } from "../../../../domain/image.ts"

export type CaptureTime = Pick<PhotoExif, "dateTimeOriginal" | "offsetTimeOriginal">

/** A pair of EXIF time and its offset. Zeros, blanks and days that no calendar has are null. */
export const captureTimeOf = (time: Buffer, offset: Buffer): CaptureTime => {
  const dateTimeOriginal = localTimeOf(time.toString("latin1"))
  return { dateTimeOriginal, offsetTimeOriginal: dateTimeOriginal && offsetOf(offset.toString("latin1")) }
}

// The standard says "YYYY:MM:DD HH:MM:SS"; software also writes the ISO separators.
const timePattern = /^(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)/

const localTimeOf = (text: string): string | null => {
  const match = timePattern.exec(text)
  if (!match) return null
  const [year, month, day, hour, minute, second] = match.slice(1)
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const instant = new Date(`${iso}Z`)
  // Date takes 30 February for 1 March: a real day comes back as it went in.
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
