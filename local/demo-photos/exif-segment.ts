import sharp from "sharp"
import type { Shot } from "./shots.ts"

/**
 * Creates the APP1 segment of a JPEG with the EXIF of a shot. It is extracted from a photo of one pixel, because encoding
 * megapixels for every shot would take minutes.
 */
export const exifSegment = async (shot: Shot): Promise<Buffer> => {
  const carrier = await sharp({ create: { width: 1, height: 1, channels: 3, background: "black" } })
    .jpeg()
    .withMetadata({ orientation: shot.orientation })
    .withExif({
      IFD0: { Make: shot.make, Model: shot.model, Software: "RapidPhotoUpload demo" },
      IFD2: {
        DateTimeOriginal: shot.takenAt,
        OffsetTimeOriginal: shot.offset,
        LensModel: shot.lens,
        ExposureTime: shot.exposureTime,
        FNumber: shot.fNumber,
        ISOSpeedRatings: String(shot.iso),
        FocalLength: shot.focalLength,
      },
      IFD3: {
        GPSLatitudeRef: shot.latitude < 0 ? "S" : "N",
        GPSLatitude: degrees(shot.latitude),
        GPSLongitudeRef: shot.longitude < 0 ? "W" : "E",
        GPSLongitude: degrees(shot.longitude),
        GPSAltitudeRef: "0",
        GPSAltitude: `${Math.round(shot.altitude * 100)}/100`,
      },
    })
    .toBuffer()
  return app1Of(carrier)
}

/** Degrees, minutes and ten-thousandths of seconds, as rationals. */
const degrees = (signed: number): string => {
  const seconds = Math.round(Math.abs(signed) * 3600 * 10_000)
  const perMinute = 60 * 10_000
  return `${Math.floor(seconds / (60 * perMinute))}/1 ${Math.floor(seconds / perMinute) % 60}/1 ${seconds % perMinute}/10000`
}

const app1Of = (jpeg: Buffer): Buffer => {
  const start = jpeg.indexOf(Buffer.from([0xff, 0xe1]))
  if (start < 0) throw new Error("libvips wrote no EXIF")
  return jpeg.subarray(start, start + 2 + jpeg.readUInt16BE(start + 2))
}
