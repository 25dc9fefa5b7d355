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
  test("opens one live channel, once", async () => {
    const path = `/queries/events?ticket=${await newTicket()}`
    const channel = await subscribe(path, null)
    await channel.close()
    await expectProblem(await send("GET", path), 401, "unauthenticated")
  })

  test("that was modified is rejected", async () => {
    const ticket = await newTicket()
    const otherUser = await newUser()
    for (const invalid of [`${ticket}0`, ticket.replace(user.userId, otherUser.userId), "", "x.y"])
      await expectProblem(await send("GET", `/queries/events?ticket=${invalid}`), 401, "unauthenticated")
  })

  test("requires a token with the scope photos:read", async () => {
    await expectProblem(await send("POST", "/auth/live-ticket"), 401, "unauthenticated")
    const writer = await forgeToken({ sub: user.userId, scope: "photos:write" })
    await expectProblem(await send("POST", "/auth/live-ticket", { token: writer }), 403, "insufficient-scope")
  })

  test("of a user who was disabled afterwards is rejected", async () => {
    const owner = await newUser()
    const ticket = await newTicket(owner)
    await rows("update users set status = 'DISABLED' where user_id = $1", owner.userId)
    await expectProblem(await send("GET", `/queries/events?ticket=${ticket}`), 401, "unauthenticated")
  })
})
