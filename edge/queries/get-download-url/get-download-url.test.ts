import { beforeAll, describe, expect, test } from "vitest"
import {
  complete,
  expectProblem,
  jpeg,
  newPhoto,
  newUser,
  put,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import { contentDispositionOf } from "./content-disposition.ts"
import type { DownloadUrlResponse } from "./schema.ts"

let user: TestUser
let photoId: string
beforeAll(async () => {
  user = await newUser()
  const item = await newPhoto(user, jpeg(12, "Zoë's “best” €.jpg"))
  photoId = item.photoId
  await put(item)
  await complete(photoId)
})

const request = (variant: string, headers: Record<string, string> = {}) =>
  send("GET", `/queries/photos/${photoId}/download-url${variant && `?variant=${variant}`}`, {
    token: user.token,
    headers,
  })

describe("a download", () => {
  test("of the original has its filename and type and needs no credentials", async () => {
    const response = await (await request("")).json<DownloadUrlResponse>()
    expect(response).toMatchObject({
      variant: "original",
      filename: "Zoë's “best” €.jpg",
      contentType: "image/jpeg",
    })
    const download = await fetch(response.url)
    expect(await download.text()).toBe("twelve bytes")
    expect(download.headers.get("content-type")).toBe("image/jpeg")
    expect(download.headers.get("content-disposition")).toBe(
      "attachment; filename=\"Zo_'s _best_ _.jpg\"; filename*=UTF-8''Zo%C3%AB%27s%20%E2%80%9Cbest%E2%80%9D%20%E2%82%AC.jpg",
    )
  })

  test("with a changed name or type in the URL is rejected", async () => {
    const { url } = await (await request("")).json<DownloadUrlResponse>()
    const changed = new URL(url)
    changed.searchParams.set("response-content-type", "text/html")
    const download = await fetch(changed)
    await download.body?.cancel()
    expect(download.status).toBe(403)
  })

  test("of a thumbnail is a webp named after the photo", async () => {
    expect(await (await request("256")).json()).toMatchObject({
      variant: "256",
      filename: "Zoë's “best” €-256.webp",
      contentType: "image/webp",
    })
  })

  test("keeps its URL for a limited time and is 304 during it", async () => {
    const first = await request("1024")
    const { url } = await first.json<DownloadUrlResponse>()
    const etag = first.headers.get("etag") ?? ""
    expect((await (await request("1024")).json<DownloadUrlResponse>()).url).toBe(url)
    expect((await request("1024", { "if-none-match": etag })).status).toBe(304)
    expect((await request("256", { "if-none-match": etag })).status).toBe(200)
  })

  test("of a photo that was not verified is 409, of an unknown variant 422", async () => {
    const waiting = await newPhoto(user)
    const response = await send("GET", `/queries/photos/${waiting.photoId}/download-url`, {
      token: user.token,
    })
    await expectProblem(response, 409, "photo-not-ready")
    await expectProblem(await request("512"), 422, "validation-failed")
  })
})

test("the header value is safe for any filename", () => {
  // The example of RFC 6266 §5, and characters that would end the quoted string.
  expect(contentDispositionOf("€ rates")).toContain("filename*=UTF-8''%E2%82%AC%20rates")
  expect(contentDispositionOf('a"b\\c%d\r\nx.jpg')).toMatch(/^attachment; filename="a_b_c_d__x\.jpg"; /)
})
