import type { Shot } from "./shots.ts"
import { ascii, bytes, long, type Rational, rational, short, tiffDirectory, tiffHeader } from "./tiff.ts"

/**
 * The APP1 segment of a JPEG that says how it was taken (EXIF 2.32 §4.5.4). Our own, since libvips writes none
 * without encoding a picture, and then with that picture's size and as EXIF 2.1.
 * @param stored width and height of the picture as stored, in px
 */
export const exifSegment = (shot: Shot, stored: { width: number; height: number }): Buffer => {
  const exifOffset = tiffHeader.length + tiffDirectory(imageFields(shot, 0, 0), 0).length
  const exif = tiffDirectory(exifFields(shot, stored), exifOffset)
  const gpsOffset = exifOffset + exif.length
  const image = tiffDirectory(imageFields(shot, exifOffset, gpsOffset), tiffHeader.length)
  const gps = tiffDirectory(gpsFields(shot), gpsOffset)
  const payload = Buffer.concat([Buffer.from("Exif\0\0"), tiffHeader, image, exif, gps])
  const start = Buffer.from([0xff, 0xe1, 0, 0])
  start.writeUInt16BE(payload.length + 2, 2)
  return Buffer.concat([start, payload])
}

const imageFields = (shot: Shot, exifOffset: number, gpsOffset: number) => [
  ascii(0x010f, shot.make),
  ascii(0x0110, shot.model),
  short(0x0112, shot.orientation),
  rational(0x011a, [72, 1]),
  rational(0x011b, [72, 1]),
  short(0x0128, 2), // resolution in px per inch
  ascii(0x0131, "Rapid Photo Upload demo"),
  ascii(0x0132, shot.takenAt),
  short(0x0213, 1), // chroma centred
  long(0x8769, exifOffset),
  long(0x8825, gpsOffset),
]

const exifFields = (shot: Shot, { width, height }: { width: number; height: number }) => [
  rational(0x829a, shot.exposureTime),
  rational(0x829d, shot.fNumber),
  short(0x8827, shot.iso),
  bytes(0x9000, Buffer.from("0232")),
  ascii(0x9003, shot.takenAt),
  ascii(0x9004, shot.takenAt),
  ascii(0x9010, shot.offset),
  ascii(0x9011, shot.offset),
  bytes(0x9101, Buffer.from([1, 2, 3, 0])), // Y, Cb, Cr
  short(0x9207, 5), // metering by pattern
  short(0x9209, 16), // flash off
  rational(0x920a, shot.focalLength),
  bytes(0xa000, Buffer.from("0100")),
  short(0xa001, 1), // sRGB
  long(0xa002, width),
  long(0xa003, height),
  short(0xa403, 0), // white balance: automatic
  short(0xa405, shot.focalLength35mm),
  ascii(0xa434, shot.lens),
]

const gpsFields = ({ latitude, longitude, altitude }: Shot) => [
  bytes(0x0000, Buffer.from([2, 3, 0, 0]), 1),
  ascii(0x0001, latitude < 0 ? "S" : "N"),
  rational(0x0002, ...degrees(latitude)),
  ascii(0x0003, longitude < 0 ? "W" : "E"),
  rational(0x0004, ...degrees(longitude)),
  bytes(0x0005, Buffer.from([altitude < 0 ? 1 : 0]), 1),
  rational(0x0006, [Math.round(Math.abs(altitude) * 100), 100]),
]

/** Degrees, minutes and ten-thousandths of seconds; the hemisphere is a field of its own. */
const degrees = (signed: number): readonly Rational[] => {
  const perMinute = 60 * 10_000
  const all = Math.round(Math.abs(signed) * 60 * perMinute)
  const minutes = Math.floor(all / perMinute)
  return [
    [Math.floor(minutes / 60), 1],
    [minutes % 60, 1],
    [all % perMinute, 10_000],
  ]
}
