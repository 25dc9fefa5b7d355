import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startTestStorage, type TestStorage } from "../test-storage.ts"

let storage: TestStorage
beforeAll(async () => {
  storage = await startTestStorage()
})
afterAll(() => storage.remove())

describe("requests that fauxqs would handle incorrectly are rejected with 501 NotImplemented", () => {
  test.each([
    ["PutBucketCors", "PUT", "", "cors"],
    ["PutBucketNotificationConfiguration", "PUT", "", "notification"],
    ["PutBucketLifecycleConfiguration", "PUT", "", "lifecycle"],
    ["PutBucketPolicy", "PUT", "", "policy"],
    ["GetBucketVersioning", "GET", "", "versioning"],
    ["PutObjectTagging", "PUT", "local/kept", "tagging"],
    ["PutObjectAcl", "PUT", "local/kept", "acl"],
    ["RenameObject", "PUT", "local/kept", "renameObject"],
    ["GetObject of a version", "GET", "local/kept", "versionId=1"],
    ["CreateBucket", "PUT", "", ""],
    ["a form upload", "POST", "", ""],
  ])("%s", async (_, method, key, query) => {
    await storage.fetchSigned("local/kept", { method: "PUT", body: "kept" })
    const body = method === "GET" ? {} : { body: "<Tagging/>" }
    const response = await storage.fetchSigned(key, { method, query, ...body })
    expect([response.status, await response.text()]).toEqual([501, expect.stringContaining("NotImplemented")])
    expect(await (await storage.fetchSigned("local/kept")).text()).toBe("kept")
  })

  test("a payload signed in chunks", async () => {
    const headers = { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" }
    expect((await storage.fetchSigned("local/chunks", { method: "PUT", body: "x", headers })).status).toBe(
      501,
    )
  })

  test.each(["application/x-www-form-urlencoded", "application/x-amz-json-1.0"])(
    "an object of type %s, which fauxqs would parse",
    async (type) => {
      const headers = { "content-type": type }
      expect((await storage.fetchSigned("local/typed", { method: "PUT", body: "a=b", headers })).status).toBe(
        501,
      )
      expect(await storage.exists("local/typed")).toBe(false)
    },
  )
})

test.each(["application/json", "text/plain;charset=UTF-8", "image/svg+xml"])(
  "an object of type %s is stored unchanged",
  async (type) => {
    const body = '{ "spaces":   "kept" }'
    await storage.fetchSigned("local/typed", { method: "PUT", body, headers: { "content-type": type } })
    const stored = await storage.fetchSigned("local/typed")
    expect([await stored.text(), stored.headers.get("content-type")]).toEqual([body, type])
  },
)
