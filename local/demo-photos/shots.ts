import type { Rational } from "./tiff.ts"

/** EXIF 2.32 §4.6.4: how the stored pixels must be turned to stand upright. */
export const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const
export type Orientation = (typeof orientations)[number]

/** One press of a shutter. */
export type Shot = {
  orientation: Orientation
  make: string
  model: string
  lens: string
  /** Local, `YYYY:MM:DD HH:MM:SS`. */
  takenAt: string
  /** `+HH:MM` */
  offset: string
  /** Signed decimal degrees. */
  latitude: number
  longitude: number
  /** Metres, negative below the sea. */
  altitude: number
  /** Seconds. */
  exposureTime: Rational
  fNumber: Rational
  iso: number
  /** mm */
  focalLength: Rational
  focalLength35mm: number
}

/** The first `count` shots of a journey round the world, with every camera and orientation in every place. */
export const shots = (count: number): Shot[] =>
  Array.from({ length: count }, (_, index) => {
    const { latitude, longitude, ...place } = pick(places, index)
    return {
      ...pick(cameras, index),
      ...place,
      latitude: latitude + index / 10_000,
      longitude: longitude + index / 10_000,
      orientation: pick(orientations, index),
      takenAt: clockAfter(index),
      exposureTime: pick(exposureTimes, index),
      iso: 100 * 2 ** (index % 6),
    }
  })

const secondsBetweenShots = 3607

const clockAfter = (index: number): string => {
  const clock = new Date(Date.UTC(2026, 6, 1, 8) + index * secondsBetweenShots * 1000).toISOString()
  return clock.slice(0, 19).replaceAll("-", ":").replace("T", " ")
}

const pick = <T>(from: readonly [T, ...T[]], index: number): T => from[index % from.length] ?? from[0]

// Five cameras, seven places, eight orientations: no two of these numbers share a factor, so all combinations occur.
const cameras = [
  {
    make: "Apple",
    model: "iPhone 15 Pro",
    lens: "iPhone 15 Pro back triple camera 6.765mm f/1.78",
    fNumber: [178, 100],
    focalLength: [6765, 1000],
    focalLength35mm: 24,
  },
  {
    make: "Google",
    model: "Pixel 8",
    lens: "Pixel 8 back camera 6.9mm f/1.68",
    fNumber: [168, 100],
    focalLength: [69, 10],
    focalLength35mm: 25,
  },
  {
    make: "Canon",
    model: "Canon EOS R6",
    lens: "RF24-105mm F4 L IS USM",
    fNumber: [56, 10],
    focalLength: [35, 1],
    focalLength35mm: 35,
  },
  {
    make: "FUJIFILM",
    model: "X-T5",
    lens: "XF18-55mmF2.8-4 R LM OIS",
    fNumber: [8, 1],
    focalLength: [23, 1],
    focalLength35mm: 35,
  },
  {
    make: "SONY",
    model: "ILCE-7M4",
    lens: "FE 24-70mm F2.8 GM II",
    fNumber: [4, 1],
    focalLength: [50, 1],
    focalLength35mm: 50,
  },
] as const

const places = [
  { latitude: 46.5586, longitude: 7.8936, altitude: 1650, offset: "+02:00" }, // Wengen
  { latitude: -33.6493, longitude: 150.3121, altitude: 962, offset: "+10:00" }, // Blue Mountains
  { latitude: -22.9519, longitude: -43.2105, altitude: 700, offset: "-03:00" }, // Rio de Janeiro
  { latitude: 37.7456, longitude: -119.5936, altitude: 1214, offset: "-07:00" }, // Yosemite
  { latitude: 31.559, longitude: 35.4732, altitude: -430.5, offset: "+03:00" }, // the Dead Sea
  { latitude: -0.1807, longitude: -78.4678, altitude: 2850, offset: "-05:00" }, // Quito
  { latitude: 27.9659, longitude: 86.9133, altitude: 5364, offset: "+05:45" }, // Sagarmatha
] as const

const exposureTimes: readonly [Rational, ...Rational[]] = [
  [1, 60],
  [1, 125],
  [1, 250],
  [1, 1000],
  [1, 30],
]
