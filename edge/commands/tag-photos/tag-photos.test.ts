import { beforeAll, describe, expect, test } from "vitest"
import {
  duringChange,
  expectProblem,
  jpeg,
  newJob,
  newPhoto,
  newUser,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import type { TagPhotosResponse } from "./schema.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const change = (body: object, token = user.token) => send("POST", "/commands/photos/tags", { token, body })
const changed = async (body: object, token = user.token) => {
  const response = await change(body, token)
  expect(response.status).toBe(200)
  return (await response.json<TagPhotosResponse>()).items
}
const idsOf = async (owner: TestUser, count: number) =>
  (
    await newJob(
      owner,
      Array.from({ length: count }, () => jpeg()),
    )
  ).items.map(({ photoId }) => photoId)
const labels = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, place) => `${prefix} ${String(place).padStart(2, "0")}`)

describe("tagging many photos", () => {
  test("adds and removes tags, ignoring case, and returns all tags of each photo", async () => {
    const [first = "", second = "", third = ""] = await idsOf(user, 3)
    await changed({ photoIds: [first, second], add: ["  Beach ", "Sea", "sea"] })
    const items = await changed({ photoIds: [third, first, second], add: ["Sky", "BEACH"], remove: ["SEA"] })
    expect(items).toEqual([
      { photoId: third, outcome: "tagged", tags: ["Beach", "Sky"] },
      { photoId: first, outcome: "tagged", tags: ["Beach", "Sky"] },
      { photoId: second, outcome: "tagged", tags: ["Beach", "Sky"] },
    ])
    const single = await send("POST", `/commands/photos/${first}/tags`, {
      token: user.token,
      body: { labels: ["sky"] },
    })
    expect(await single.json()).toEqual({ photoId: first, tags: ["Beach", "Sky"] })
  })

  test("reports for each photo what happened, and does not change the photos that it cannot", async () => {
    const owner = await newUser()
    const [full = "", tagged = "", fresh = ""] = await idsOf(owner, 3)
    await changed({ photoIds: [full], add: labels(50, "full") }, owner.token)
    await changed({ photoIds: [tagged], add: ["Sea"] }, owner.token)
    const unknown = `ph_${"0".repeat(26)}`
    const items = await changed({ photoIds: [full, tagged, unknown, fresh], add: ["Sea"] }, owner.token)
    expect(items).toEqual([
      { photoId: full, outcome: "too_many_tags", tags: labels(50, "full") },
      { photoId: tagged, outcome: "unchanged", tags: ["Sea"] },
      { photoId: unknown, outcome: "not_found", tags: null },
      { photoId: fresh, outcome: "tagged", tags: ["Sea"] },
    ])
    expect(
      await rows(
        `select photo_id, outcome from audit_log where user_id = $1 and action = 'tag-photos'
         order by audit_id desc limit 3`,
        owner.userId,
      ),
    ).toEqual(
      expect.arrayContaining([
        { photo_id: full, outcome: "too_many_tags" },
        { photo_id: tagged, outcome: "unchanged" },
        { photo_id: fresh, outcome: "tagged" },
      ]),
    )
    const swapped = await changed({ photoIds: [full], add: ["Sea"], remove: ["full 00"] }, owner.token)
    expect(swapped).toMatchObject([{ outcome: "tagged" }])
    expect(swapped[0]?.tags).toHaveLength(50)
  })

  test("increments the version of changed photos only, so that a cached list is renewed", async () => {
    const [first = "", second = ""] = await idsOf(user, 2)
    await changed({ photoIds: [first], add: ["Sea"] })
    const versions = () =>
      rows(`select version from photos where photo_id in ('${first}', $1) order by photo_id`, second)
    const [before, ...others] = await versions()
    await changed({ photoIds: [first, second], add: ["Sea"] })
    const [after, ...otherAfter] = await versions()
    expect(after).toEqual(before)
    expect(otherAfter).not.toEqual(others)
  })

  test("keeps the limit when the photo gets tags at the same time", async () => {
    const { photoId } = await newPhoto(user)
    await changed({ photoIds: [photoId], add: labels(40, "a") })
    const answers = await Promise.all(
      ["b", "c", "d"].map((prefix) => changed({ photoIds: [photoId], add: labels(10, prefix) })),
    )
    expect(answers.map(([item]) => item?.outcome).sort()).toEqual([
      "tagged",
      "too_many_tags",
      "too_many_tags",
    ])
    expect(await rows("select count(*)::int from photo_tags where photo_id = $1", photoId)).toEqual([
      { count: 50 },
    ])
  })

  test("tries a photo again if another transaction changes it at the same time", async () => {
    const [first = "", second = ""] = await idsOf(user, 2)
    const items = await duringChange("update photos set updated_at = now() where photo_id = $1", second, () =>
      changed({ photoIds: [second, first], add: ["Sea"] }),
    )
    expect(items).toEqual([
      { photoId: second, outcome: "tagged", tags: ["Sea"] },
      { photoId: first, outcome: "tagged", tags: ["Sea"] },
    ])
  })

  test("concurrent requests for the same photos in other orders do not deadlock", async () => {
    const photoIds = await idsOf(user, 30)
    const orders = [photoIds, photoIds.toReversed(), photoIds.slice(10), photoIds.slice(0, 20).toReversed()]
    await Promise.all(
      orders.map((ids, place) =>
        changed({ photoIds: ids, add: [`order ${place}`, "all"], remove: ["none"] }),
      ),
    )
    const [item] = await changed({ photoIds: [photoIds[15]], add: ["all"] })
    expect(item).toMatchObject({
      outcome: "unchanged",
      tags: ["all", "order 0", "order 1", "order 2", "order 3"],
    })
  })

  test("takes 500 photos", async () => {
    const owner = await newUser()
    const photoIds = await idsOf(owner, 500)
    const items = await changed({ photoIds, add: ["Summer"] }, owner.token)
    expect(items.map(({ photoId }) => photoId)).toEqual(photoIds)
    expect(items.every(({ outcome }) => outcome === "tagged")).toBe(true)
  })

  test("does not touch photos of another user", async () => {
    const { photoId } = await newPhoto(user)
    const items = await changed({ photoIds: [photoId], add: ["Mine"] }, (await newUser()).token)
    expect(items).toEqual([{ photoId, outcome: "not_found", tags: null }])
    expect(await rows("select * from photo_tags where photo_id = $1", photoId)).toEqual([])
  })

  test.each([
    ["no change", {}, "#"],
    ["an invalid label", { add: [""] }, "#/add/0"],
    ["a label that is added and removed", { add: ["Sky", "Sea"], remove: ["SEA"] }, "#/add/1"],
  ])("rejects %s", async (_, body, pointer) => {
    const photoIds = [`ph_${"0".repeat(26)}`]
    const problem = await expectProblem(await change({ photoIds, ...body }), 422, "validation-failed")
    expect(problem.errors).toMatchObject([{ pointer }])
  })
})
