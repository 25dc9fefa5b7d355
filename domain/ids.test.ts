import fc from "fast-check"
import { expect, test } from "vitest"
import { isPhotoId, photoIdAt, photoPosition } from "./ids.ts"

test("the ids of a job's photos directly follow the job's id, in order", () => {
  const jobId = "job_01J0000000000000000000Z8ZX"
  expect([1, 2, 3, 34].map((position) => photoIdAt(jobId, position))).toEqual([
    "ph_01J0000000000000000000Z8ZY",
    "ph_01J0000000000000000000Z8ZZ",
    "ph_01J0000000000000000000Z900",
    "ph_01J0000000000000000000Z90Z",
  ])
})

test("the position is computed from the ids of photo and job, for every job", () => {
  const digit = fc.constantFrom(..."0123456789ABCDEFGHJKMNPQRSTVWXYZ")
  const tail = fc.array(digit, { minLength: 25, maxLength: 25 })
  fc.assert(
    fc.property(tail, fc.integer({ min: 1, max: 500 }), (characters, position) => {
      const jobId = `job_0${characters.join("")}` as const
      const photoId = photoIdAt(jobId, position)
      expect(isPhotoId(photoId)).toBe(true)
      expect(photoPosition(jobId, photoId)).toBe(position)
    }),
  )
})
