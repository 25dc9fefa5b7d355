import { expect, test, vi } from "vitest"
import { userChannelOf } from "../clients/user-channel.ts"
import { newId } from "../new-id.ts"
import { config, rows } from "../testing/test-api.ts"

test("the Durable Object closes every database connection that it opened", async () => {
  const userId = newId.user()
  const channel = userChannelOf(config, userId)
  const jobIds = Array.from({ length: 5 }, newId.job)
  for (const jobId of jobIds) {
    const event = { eventId: newId.token(), type: "UploadJobCompleted", userId, sequence: 1, jobId } as const
    // The board is not in memory, so it is read over a separate connection.
    await channel.acceptEvents(userId, [{ ...event, photo: null }])
  }
  // Statements contain their input as a literal, so the last query of each of these connections contains the user's id.
  const openConnections = () =>
    rows("select pid from pg_stat_activity where query like '%' || $1 || '%'", userId)
  await vi.waitFor(async () => expect(await openConnections()).toEqual([]), { timeout: 10_000 })
})
