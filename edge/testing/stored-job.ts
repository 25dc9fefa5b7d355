import { complete, jpeg, newJob, rows, send, type TestUser } from "./test-api.ts"

/** A SHA-256 in hex that is the number. */
export const sha256 = (number: number) => number.toString(16).padStart(64, "0")

/** Marks a photo COMPLETED, with a hash of its stored bytes. */
export const store = async (photoId: string, hash: string) => {
  await complete(photoId)
  await rows(`update photos set checksum = '${hash}' where photo_id = $1`, photoId)
}

/** Sets the terminal status of a job, as its last photo would. */
export const endJob = (jobId: string, status: string) =>
  rows(`update upload_jobs set status = '${status}', completed_at = now() where job_id = $1`, jobId)

/** A finished job of two stored photos. */
export const storedJob = async (user: TestUser) => {
  const { jobId, items } = await newJob(user, [jpeg(12, "first.jpg"), jpeg(34, "second.jpg")])
  const photoIds = items.map(({ photoId }) => photoId)
  for (const [place, photoId] of photoIds.entries()) await store(photoId, sha256(place))
  await endJob(jobId, "COMPLETED")
  return { jobId, photoIds }
}

/** Requests a receipt. */
export const askReceipt = (
  user: TestUser,
  jobId: string,
  query = "",
  init: { headers?: Record<string, string>; variables?: Record<string, string> } = {},
) => send("GET", `/queries/upload-jobs/${jobId}/receipt${query}`, { token: user.token, ...init })
