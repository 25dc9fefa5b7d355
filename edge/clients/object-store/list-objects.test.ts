import { expect, test } from "vitest"
import { config, newPhoto, newUser, put } from "../../testing/test-api.ts"
import { listObjects } from "./list-objects.ts"
import { objectStoreOf } from "./object-store.ts"
import type { S3Request } from "./s3-request.ts"

test("a listing contains the objects after the start of its range up to its end, with entity tags and sizes", async () => {
  const user = await newUser()
  const items = [await newPhoto(user), await newPhoto(user), await newPhoto(user), await newPhoto(user)]
  for (const item of items) await put(item)
  const keys = items.map(({ photoId }) => `test/${user.userId}/${photoId}/original`).toSorted()
  const range = { startAfter: keys[0] ?? "", endAt: keys[2] ?? "", maxKeys: 10 }
  const listed = await objectStoreOf(config).list({ prefix: `test/${user.userId}/`, ...range })
  expect(listed).toEqual(
    keys.slice(1, 3).map((key) => ({ key, bytes: 12, etag: expect.stringMatching(/^[0-9a-f]{32}$/) })),
  )
})

test("a listing continues after short pages and stops after the end of its range", async () => {
  const pages: Record<string, string> = {
    "": page(["a/1", "a/2"], "second"),
    second: page(["a/3"], "third"),
    third: page(["a/4", "a/9"], "fourth"),
  }
  const queries: (Record<string, string> | undefined)[] = []
  const list = listObjects(async ({ query }: S3Request) => {
    queries.push(query)
    return new Response(pages[query?.["continuation-token"] ?? ""])
  })
  const listed = await list({ prefix: "a/", startAfter: "a/0", endAt: "a/5", maxKeys: 100 })
  expect(listed.map(({ key }) => key)).toEqual(["a/1", "a/2", "a/3", "a/4"])
  expect(queries.map((query) => query?.["max-keys"])).toEqual(["100", "98", "97"])
})

const page = (keys: readonly string[], next: string) =>
  `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>${keys
    .map((key) => `<Contents><Key>${key}</Key><Size>1</Size><ETag>"e"</ETag></Contents>`)
    .join("")}</ListBucketResult>`
