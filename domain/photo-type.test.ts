import { expect, test } from "vitest"
import { photoTypeOf } from "./photo-type.ts"

test.each([
  ["image/jpeg", "a.jpg", "image/jpeg"],
  ["IMAGE/JPEG; charset=binary", "a.jpg", "image/jpeg"],
  ["image/jpg", "a", "image/jpeg"],
  ["image/pjpeg", "a.jpg", "image/jpeg"],
  ["image/x-png", "a.png", "image/png"],
  ["image/heic-sequence", "a.heic", "image/heic"],
  ["image/heif-sequence", "a.heif", "image/heif"],
  ["image/x-tiff", "a.tif", "image/tiff"],
  ["", "IMG_0412.HEIC", "image/heic"],
  [" ", "scan.tif", "image/tiff"],
])("the declared type %j of %j is normalized", (mimeType, filename, type) => {
  expect(photoTypeOf(mimeType, filename)).toBe(type)
})

test.each([
  ["image/svg+xml", "a.jpg"],
  ["application/pdf", "a.jpg"],
  ["", "a"],
  ["", ".jpg"],
  ["", "a.pdf"],
  ["__proto__", "a.jpg"],
])("the declared type %j of %j is not a photo type", (mimeType, filename) => {
  expect(photoTypeOf(mimeType, filename)).toBeNull()
})
