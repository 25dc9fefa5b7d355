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
  const foreign = await newPhoto(other)
  // Counted in fixed windows, of which a loop may meet two.
  const answers: Response[] = []
  for (let call = 0; call < 7; call += 1) answers.push(await renew(user, photoId))
  const refused = answers.find(({ status }) => status === 429)
  if (!refused) throw new Error("no command was refused")
  expect(answers[0]?.status).toBe(200)
  expect(refused.headers.get("retry-after")).toBe("10")
  await expectProblem(refused, 429, "rate-limited")
  expect((await renew(other, foreign.photoId)).status).toBe(200)
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
