import { env } from "cloudflare:workers"
import { expect, test } from "vitest"
import { configOf } from "../../config.ts"
import { workQueueOf } from "../work-queue.ts"
import { objectStoreOf } from "./object-store.ts"

test("with temporary credentials, presigned URLs and requests contain the session token, and S3 and SQS accept them", async () => {
  const config = configOf({ ...env, AWS_SESSION_TOKEN: "token/of+a=role" })
  const store = objectStoreOf(config)
  const key = `test/${crypto.randomUUID()}`

  const put = await store.presignPut({ key, type: "image/jpeg", bytes: 6, sha256: null })
  expect(new URL(put.url).searchParams.get("X-Amz-Security-Token")).toBe("token/of+a=role")
  expect((await fetch(put.url, { method: "PUT", headers: put.headers, body: "pixels" })).status).toBe(200)
  expect(await store.head(key)).toMatchObject({ bytes: 6 })

  const get = await store.presignGet(key)
  expect(await (await fetch(get.url)).text()).toBe("pixels")
  expect(await workQueueOf(config).depth()).toEqual(expect.any(Number))
})

test("with static keys, a presigned URL contains no session token", async () => {
  const { url } = await objectStoreOf(configOf(env)).presignGet("test/key")
  expect(new URL(url).searchParams.has("X-Amz-Security-Token")).toBe(false)
})
