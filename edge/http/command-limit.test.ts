import { env } from "cloudflare:workers"
import { expect, test } from "vitest"
import { expectProblem, newPhoto, newUser, send, type TestUser, variablesOf } from "../testing/test-api.ts"

// A limiter of the runtime that allows three commands in ten seconds; see vitest.config.ts.
const { TIGHT_COMMAND_LIMITER } = env as unknown as { TIGHT_COMMAND_LIMITER: object }
const limited = { ...variablesOf({}), COMMAND_LIMITER: TIGHT_COMMAND_LIMITER }

const renew = (user: TestUser, photoId: string) =>
  send("POST", `/commands/upload/${photoId}/renew`, { token: user.token, env: limited })

test("commands above the limit are 429 with Retry-After, for that user only", async () => {
  const user = await newUser()
  const other = await newUser()
  const { photoId } = await newPhoto(user)
  const otherPhoto = await newPhoto(other)
  // The limiter counts in fixed windows, and the loop may span two of them.
  const responses: Response[] = []
  for (let call = 0; call < 7; call += 1) responses.push(await renew(user, photoId))
  const rejected = responses.find(({ status }) => status === 429)
  if (!rejected) throw new Error("no command was limited")
  expect(responses[0]?.status).toBe(200)
  expect(rejected.headers.get("retry-after")).toBe("10")
  await expectProblem(rejected, 429, "rate-limited")
  expect((await renew(other, otherPhoto.photoId)).status).toBe(200)
})

test("creating a job and reporting progress are not counted, nor are queries", async () => {
  const user = await newUser()
  const file = { filename: "a.jpg", mimeType: "image/jpeg", bytes: 12 }
  const statuses: number[] = []
  for (let call = 0; call < 7; call += 1) {
    const body = { files: [file] }
    statuses.push(
      (await send("POST", "/commands/upload-jobs", { token: user.token, body, env: limited })).status,
    )
    statuses.push((await send("GET", "/queries/upload-jobs", { token: user.token, env: limited })).status)
  }
  expect(new Set(statuses)).toEqual(new Set([201, 200]))
})
