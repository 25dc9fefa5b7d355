/** The EXIF fields of a photo as the API returns them. */
export type Exif = Readonly<Record<string, string | number | boolean | null>>

const numberOf = (exif: Exif, name: string): number | null => {
  const value = exif[name]
  return typeof value === "number" && Number.isFinite(value) ? value : null
}

const textOf = (exif: Exif, name: string): string | null => {
  const value = exif[name]
  return typeof value === "string" && value !== "" ? value : null
}

/** "1/250 s · f/1.8 · ISO 64 · 24 mm". */
export const exposureText = (exif: Exif): string => {
  const time = numberOf(exif, "exposureTime")
  const aperture = numberOf(exif, "fNumber")
  const iso = numberOf(exif, "iso")
  const focal = numberOf(exif, "focalLength")
  return [
    time !== null && `${timeText(time)} s`,
    aperture !== null && `f/${rounded(aperture)}`,
    iso !== null && `ISO ${iso}`,
    focal !== null && `${rounded(focal)} mm`,
  ]
    .filter(Boolean)
    .join(" · ")
}

const timeText = (seconds: number): string =>
  seconds > 0 && seconds < 0.4 ? `1/${Math.round(1 / seconds)}` : rounded(seconds)

const rounded = (value: number): string => String(Math.round(value * 10) / 10)

/** "Canon EOS R5". Many models repeat the make. */
export const cameraText = (exif: Exif): string => {
  const make = textOf(exif, "make") ?? ""
  const model = textOf(exif, "model") ?? ""
  return model.toLowerCase().startsWith(make.toLowerCase()) ? model : `${make} ${model}`.trim()
}

/** "3 May 2024, 14:05:09 +02:00". The time is the camera's; the offset is shown only if the camera recorded it. */
export const takenText = (exif: Exif): string | null => {
  const taken = textOf(exif, "dateTimeOriginal")
  const match = taken && /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d(?::\d\d)?)/.exec(taken)
  if (!match) return null
  const [, year, month, day, time] = match
  const offset = textOf(exif, "offsetTimeOriginal") ?? ""
  return `${Number(day)} ${monthNames[Number(month) - 1]} ${year}, ${time} ${offset}`.trim()
}

const monthNames =
  "January February March April May June July August September October November December".split(" ")

/** Coordinates in decimal degrees, as maps take them; null without both. */
export const placeText = (exif: Exif): string | null => {
  const latitude = numberOf(exif, "latitude")
  const longitude = numberOf(exif, "longitude")
  return latitude === null || longitude === null ? null : `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
}
