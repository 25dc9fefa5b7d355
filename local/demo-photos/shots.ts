/** EXIF 2.32 §4.6.4: the transformations that make the stored pixels upright. */
export const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const
export type Orientation = (typeof orientations)[number]

/** One photo and its EXIF. */
export type Shot = {
  orientation: Orientation
  make: string
  model: string
  lens: string
  /** Local time, `YYYY:MM:DD HH:MM:SS`. */
  takenAt: string
  /** `+HH:MM` */
  offset: string
  /** Signed decimal degrees. */
  latitude: number
  longitude: number
  /** Metres. */
  altitude: number
  /** Seconds, as a fraction. */
  exposureTime: string
  fNumber: string
  iso: number
  /** mm */
  focalLength: string
}

const cameras = [
  {
    make: "Apple",
    model: "iPhone 15 Pro",
    lens: "iPhone 15 Pro back triple camera 6.765mm f/1.78",
    fNumber: "178/100",
    focalLength: "6765/1000",
  },
  {
    make: "Google",
    model: "Pixel 8",
    lens: "Pixel 8 back camera 6.9mm f/1.68",
    fNumber: "168/100",
    focalLength: "69/10",
  },
  {
    make: "Canon",
    model: "Canon EOS R6",
    lens: "RF24-105mm F4 L IS USM",
    fNumber: "56/10",
    focalLength: "35/1",
  },
  { make: "FUJIFILM", model: "X-T5", lens: "XF18-55mmF2.8-4 R LM OIS", fNumber: "8/1", focalLength: "23/1" },
  { make: "SONY", model: "ILCE-7M4", lens: "FE 24-70mm F2.8 GM II", fNumber: "4/1", focalLength: "50/1" },
]

const places = [
  { latitude: 46.5586, longitude: 7.8936, altitude: 1650, offset: "+02:00" },
  { latitude: -33.8568, longitude: 151.2153, altitude: 12, offset: "+10:00" },
  { latitude: -22.9519, longitude: -43.2105, altitude: 700, offset: "-03:00" },
  { latitude: 37.7456, longitude: -119.5936, altitude: 1214, offset: "-07:00" },
]

const exposureTimes = ["1/60", "1/125", "1/250", "1/1000", "1/30"]

/** `count` shots a minute apart, with every camera, place and orientation. */
export const shots = (count: number): Shot[] =>
  Array.from({ length: count }, (_, index) => {
    const camera = pick(cameras, index)
    const place = pick(places, index)
    const minutes = 8 * 60 + index
    const clock = [Math.floor(minutes / 60), minutes % 60, (index * 7) % 60]
    return {
      ...camera,
      ...place,
      latitude: place.latitude + index / 10_000,
      longitude: place.longitude + index / 10_000,
      orientation: pick(orientations, index),
      takenAt: `2026:07:${String(1 + (index % 28)).padStart(2, "0")} ${clock.map((part) => String(part % 60).padStart(2, "0")).join(":")}`,
      exposureTime: pick(exposureTimes, index),
      iso: 100 * 2 ** (index % 5),
    }
  })

const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T
