import type { PhotoExif } from "../../../../domain/image.ts"
import type { TiffDirectory } from "./tiff-directory.ts"

export type Position = Pick<PhotoExif, "latitude" | "longitude" | "altitude">

// EXIF 2.32 §4.6.6.
const tag = {
  latitudeRef: 1,
  latitude: 2,
  longitudeRef: 3,
  longitude: 4,
  altitudeRef: 5,
  altitude: 6,
} as const

/** Reads the position from the GPS directory; latitude and longitude are null unless both are valid. */
export const positionOf = (gps: TiffDirectory): Position => {
  const latitude = degreesOf(gps, tag.latitude, tag.latitudeRef, { N: 1, S: -1 }, 90)
  const longitude = degreesOf(gps, tag.longitude, tag.longitudeRef, { E: 1, W: -1 }, 180)
  // Devices without a GPS fix write 0°/0°, a point in the Atlantic Ocean.
  const isPlace = latitude !== null && longitude !== null && (latitude !== 0 || longitude !== 0)
  return {
    latitude: isPlace ? latitude : null,
    longitude: isPlace ? longitude : null,
    altitude: altitudeOf(gps),
  }
}

const degreesOf = (
  gps: TiffDirectory,
  value: number,
  reference: number,
  signs: Record<string, number>,
  limit: number,
): number | null => {
  // Without its reference (N/S, E/W) a coordinate is ambiguous, so it is dropped.
  const sign = signs[gps.bytes(reference).toString("latin1", 0, 1).toUpperCase()]
  const [degrees = Number.NaN, minutes = 0, seconds = 0] = gps.numbers(value, 3)
  const unsigned = degrees + minutes / 60 + seconds / 3600
  if (sign === undefined || !Number.isFinite(unsigned) || Math.abs(unsigned) > limit) return null
  return rounded(sign * unsigned, 7)
}

const altitudeOf = (gps: TiffDirectory): number | null => {
  const metres = gps.numbers(tag.altitude, 1)[0]
  if (metres === undefined || !Number.isFinite(metres)) return null
  // 1 means below sea level; EXIF 3.0 adds 2 and 3, the same for the ellipsoid.
  const isBelow = (gps.numbers(tag.altitudeRef, 1)[0] ?? 0) % 2 === 1
  return rounded(isBelow ? -Math.abs(metres) : metres, 3)
}

/** 7 decimal places of a degree are 1 cm. Adding 0 turns -0 into 0. */
const rounded = (value: number, places: number): number => Math.round(value * 10 ** places) / 10 ** places + 0
