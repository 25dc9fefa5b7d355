import { beforeAll, describe, expect, test } from "vitest"
import { expectProblem, jpeg, newJob, newUser, rows, send, type TestUser } from "../../testing/test-api.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const cancel = (jobId: string, token = user.token) =>
  send("POST", `/commands/upload-jobs/${jobId}/cancel`, { token })

describe("cancelling a job", () => {
  test("cancels every unfinished photo and keeps the others", async () => {
    const { jobId, items } = await newJob(user, [jpeg(), jpeg(), jpeg()])
    const [done = "", ...left] = items.map(({ photoId }) => photoId)
    await rows("update photos set status = 'COMPLETED' where photo_id = $1", done)
    await rows("update upload_jobs set completed_count = 1, status = 'IN_PROGRESS' where job_id = $1", jobId)
    const response = await cancel(jobId)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ jobId, status: "COMPLETED", cancelledPhotoIds: left })
    expect(
      await rows("select status, completed_count, cancelled_count from upload_jobs where job_id = $1", jobId),
    ).toEqual([{ status: "COMPLETED", completed_count: 1, cancelled_count: 2 }])
  })

  test("again changes nothing and reports no photo", async () => {
    const { jobId } = await newJob(user, [jpeg(), jpeg()])
    await Promise.all([cancel(jobId), cancel(jobId)])
    expect(await (await cancel(jobId)).json()).toEqual({ jobId, status: "CANCELLED", cancelledPhotoIds: [] })
    expect(
      await rows("select cancelled_count, version::int from upload_jobs where job_id = $1", jobId),
    ).toEqual([{ cancelled_count: 2, version: 2 }])
  })

  test("of another user is 404", async () => {
    const otherUser = await newUser()
    const { jobId } = await newJob(user)
    await expectProblem(await cancel(jobId, otherUser.token), 404, "not-found")
  })
})
