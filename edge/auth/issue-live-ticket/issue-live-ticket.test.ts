import { beforeAll, describe, test } from "vitest"
import { subscribe } from "../../testing/live-channel.ts"
import { expectProblem, forgeToken, newUser, rows, send, type TestUser } from "../../testing/test-api.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const newTicket = async (owner = user): Promise<string> => {
  const response = await send("POST", "/auth/live-ticket", { token: owner.token })
  return (await response.json<{ ticket: string }>()).ticket
}

describe("a live ticket", () => {
  test("opens one channel and no second one", async () => {
    const path = `/queries/events?ticket=${await newTicket()}`
    const channel = await subscribe(path, null)
    await channel.close()
    await expectProblem(await send("GET", path), 401, "unauthenticated")
  })

  test("that was changed, or has another user's id, opens none", async () => {
    const ticket = await newTicket()
    const stranger = await newUser()
    for (const wrong of [`${ticket}0`, ticket.replace(user.userId, stranger.userId), "", "x.y"])
      await expectProblem(await send("GET", `/queries/events?ticket=${wrong}`), 401, "unauthenticated")
  })

  test("requires a token with the scope photos:read", async () => {
    await expectProblem(await send("POST", "/auth/live-ticket"), 401, "unauthenticated")
    const writer = await forgeToken({ sub: user.userId, scope: "photos:write" })
    await expectProblem(await send("POST", "/auth/live-ticket", { token: writer }), 403, "insufficient-scope")
  })

  test("opens nothing for a user who was disabled since", async () => {
    const owner = await newUser()
    const ticket = await newTicket(owner)
    await rows("update users set status = 'DISABLED' where user_id = $1", owner.userId)
    await expectProblem(await send("GET", `/queries/events?ticket=${ticket}`), 401, "unauthenticated")
  })
})
