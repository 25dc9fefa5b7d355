import { expect, test } from "vitest"
import { complete, jpeg, newJob, newUser, rows, send, type TestUser } from "../../testing/test-api.ts"
import type { AccountResponse } from "./schema.ts"

const ask = (user: TestUser, headers: Record<string, string> = {}) =>
  send("GET", "/queries/account", { token: user.token, headers })
const account = async (user: TestUser) => (await ask(user)).json<AccountResponse>()

test("an account has its email, its quota and what counts towards it", async () => {
  const user = await newUser()
  const empty = {
    userId: user.userId,
    email: user.email,
    usedBytes: 0,
    limitBytes: 100 * 1024 ** 3,
    photoCount: 0,
  }
  expect(await account(user)).toEqual(empty)
  const { items } = await newJob(user, [jpeg(1000), jpeg(500), jpeg(7)])
  const [first, second] = items
  await complete(first?.photoId ?? "")
  expect(await account(user)).toEqual({ ...empty, usedBytes: 1507, photoCount: 3 })
  for (const item of [first, second])
    await send("DELETE", `/commands/photos/${item?.photoId}`, { token: user.token })
  expect(await account(user)).toEqual({ ...empty, usedBytes: 7, photoCount: 1 })
})

test("an account of an external user has no email", async () => {
  const user = await newUser()
  await rows("update users set email = null, password_hash = null where user_id = $1", user.userId)
  expect(await account(user)).toMatchObject({ userId: user.userId, email: null })
})

test("an account is 304 until it changes", async () => {
  const user = await newUser()
  const held = { "if-none-match": (await ask(user)).headers.get("etag") ?? "" }
  expect((await ask(user, held)).status).toBe(304)
  await newJob(user)
  expect((await ask(user, held)).status).toBe(200)
})
