import { expect, test } from "vitest"
import { cameraText, exposureText, placeText, takenText } from "./exif-text.ts"

test("the exposure is written as cameras show it", () => {
  expect(exposureText({ exposureTime: 0.004, fNumber: 1.78, iso: 64, focalLength: 24 })).toBe(
    "1/250 s · f/1.8 · ISO 64 · 24 mm",
  )
  expect(exposureText({ exposureTime: 2.5, fNumber: 8, iso: null })).toBe("2.5 s · f/8")
  expect(exposureText({})).toBe("")
})

test("the camera's make is not repeated", () => {
  expect(cameraText({ make: "Canon", model: "Canon EOS R6" })).toBe("Canon EOS R6")
  expect(cameraText({ make: "Apple", model: "iPhone 15 Pro" })).toBe("Apple iPhone 15 Pro")
  expect(cameraText({ make: null, model: null })).toBe("")
})

test("the time of capture is the camera's, with its offset if it is known", () => {
  const dateTimeOriginal = "2024-05-03T14:05:09"
  expect(takenText({ dateTimeOriginal, offsetTimeOriginal: "+02:00" })).toBe("3 May 2024, 14:05:09 +02:00")
  expect(takenText({ dateTimeOriginal, offsetTimeOriginal: null })).toBe("3 May 2024, 14:05:09")
  expect(takenText({ dateTimeOriginal: "nonsense" })).toBeNull()
})

test("a place needs both coordinates", () => {
  expect(placeText({ latitude: -33.85681, longitude: 151.2153 })).toBe("-33.85681, 151.21530")
  expect(placeText({ latitude: 1, longitude: null })).toBeNull()
})
