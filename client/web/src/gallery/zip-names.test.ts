import { expect, test } from "vitest"
import { zipNames } from "./zip-names.ts"

test("names in a ZIP contain the folder and differ, ignoring case", () => {
  expect(
    zipNames([
      { filename: "IMG_1.jpg", path: null },
      { filename: "img_1.JPG", path: null },
      { filename: "IMG_1.jpg", path: "Summer" },
      { filename: "IMG_1.jpg", path: null },
      { filename: "noextension", path: null },
    ]),
  ).toEqual(["IMG_1.jpg", "img_1 (2).JPG", "Summer/IMG_1.jpg", "IMG_1 (3).jpg", "noextension"])
})
