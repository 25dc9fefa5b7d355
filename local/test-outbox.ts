import { randomUUID } from "node:crypto"
import postgres from "postgres"
import { migrateDatabase } from "../db/migrate.ts"
import { openNodeDatabase } from "../db/node.ts"
import type { JobId, UserId } from "../domain/ids.ts"
import { insertUser } from "../edge/auth/register/sql.ts"
import { insertUploadJob } from "../edge/commands/create-upload-job/sql.ts"
import { newId } from "../edge/new-id.ts"

/** A separate database for tests of the relay, because the outbox of the shared one contains events of other tests. */
export const openTestOutbox = async (serverUrl: string) => {
  const name = `relay_${randomUUID().replaceAll("-", "")}`
  const admin = postgres(serverUrl, { max: 1 })
  await admin.unsafe(`create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await migrateDatabase(url.href)
  const database = openNodeDatabase(url.href, 2)
  const rows = postgres(url.href, { max: 4, onnotice: () => undefined })

  const newUser = async (): Promise<UserId> => {
    const userId = newId.user()
    await database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
    return userId
  }

  /** Creates a job with one photo, which causes the events UploadJobCreated and PhotoQueued. */
  const newJob = async (userId: UserId): Promise<JobId> => {
    const jobId = newId.job()
    const photoId = newId.photo()
    const photo = {
      photoId,
      filename: "a.jpg",
      type: "image/jpeg",
      bytes: 1,
      path: null,
      sha256: null,
    } as const
    await database.run(insertUploadJob, {
      jobId,
      userId,
      photos: [{ ...photo, partSize: null, s3Key: photoId }],
      traceparent: "00-0-0-01",
      idempotencyKey: null,
      fingerprint: "",
      allowDuplicates: false,
      importKeywords: false,
    })
    return jobId
  }

  const drop = async () => {
    await database.close()
    await rows.end()
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.end()
  }
  return { url: url.href, database, rows, newUser, newJob, drop }
}
