import { execFile } from "node:child_process"
import { resolve } from "node:path"
import type postgres from "postgres"
import { ulid } from "ulid"
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest"
import { type NodeDatabase, openNodeDatabase } from "../../db/node.ts"
import { createOwnDatabase, type OwnDatabase } from "../../db/testing/own-database.ts"
import type { StoredObject } from "../../domain/object-ref.ts"
import type { WorkQueue } from "../platform/work-queue.ts"
import { operationOf, usage } from "./operate.ts"
import { reopen } from "./reopen.ts"

// Reopening affects every failed photo, so these tests use a separate database.

let own: OwnDatabase
let database: NodeDatabase
let rows: postgres.Sql
beforeAll(async () => {
  own = await createOwnDatabase(inject("environment").databaseUrl)
  database = openNodeDatabase(own.url, 2)
  rows = own.sql
}, 120_000)
afterAll(async () => {
  await database?.close()
  await own?.drop()
})
beforeEach(() => rows`truncate photos cascade`)

const scope = (of: "dead-lettered" | "failed") => ({ photoId: null, jobId: null, scope: of })

/** A queue that records the keys of its messages. */
const recordingQueue = (onEnqueue: (original: StoredObject) => Promise<unknown> = async () => undefined) => {
  const enqueued: string[] = []
  const workQueue: Pick<WorkQueue, "enqueue"> = {
    enqueue: async (original) => {
      enqueued.push(original.key)
      await onEnqueue(original)
    },
  }
  return { enqueued, workQueue }
}

/** Adds dead-lettered photos in jobs of 100. */
const addDeadLettered = async (count: number): Promise<void> => {
  const user = `usr_${ulid()}`
  await rows`
    insert into users (user_id, email, password_hash, used_bytes, used_photos)
    values (${user}, ${user}, 'none', ${count}, ${count})`
  for (let from = 0; from < count; from += 100) {
    const size = Math.min(100, count - from)
    const photoIds = Array.from({ length: size }, () => `ph_${ulid()}`)
    await rows`
      with new_job as (
        insert into upload_jobs (job_id, user_id, total_count, failed_count, status, completed_at)
        values (${`job_${ulid()}`}, ${user}, ${size}, ${size}, 'FAILED', now()) returning job_id, user_id
      )
      insert into photos (photo_id, job_id, user_id, filename, mime_type, bytes, s3_key, status, failure_reason, etag,
        dead_lettered_at)
      select photo_id, job_id, user_id, 'a.jpg', 'image/jpeg', 1, photo_id, 'FAILED', 'PROCESSING_ERROR', 'e', now()
      from new_job, jsonb_array_elements_text(${JSON.stringify(photoIds)}::text::jsonb) as photo_id`
  }
}

describe("reopening", () => {
  test("reopens all of 2,500 dead-lettered photos", async () => {
    await addDeadLettered(2500)
    const { enqueued, workQueue } = recordingQueue()
    expect(await reopen({ database, workQueue }, scope("dead-lettered"))).toEqual({
      photosReopened: 2500,
      jobsReopened: 25,
    })
    expect(new Set(enqueued).size).toBe(2500)
    const [remaining] = await rows`
      select count(*)::int from photos where status <> 'PROCESSING' or dead_lettered_at is not null`
    expect(remaining?.count).toBe(0)
  })

  test("does not reopen a photo twice that fails again in the meantime", async () => {
    await addDeadLettered(1100)
    const { enqueued, workQueue } = recordingQueue(
      ({ key }) => rows`
        update photos set status = 'FAILED', failure_reason = 'PROCESSING_ERROR' where photo_id = ${key}`,
    )
    expect(await reopen({ database, workQueue }, scope("failed"))).toMatchObject({ photosReopened: 1100 })
    expect(enqueued).toHaveLength(1100)
  })
})

/** Runs the command line without configuration. */
const runOps = (...args: string[]) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((done) => {
    const script = resolve(import.meta.dirname, "../ops.ts")
    execFile(
      process.execPath,
      [script, ...args],
      { env: { PATH: process.env.PATH } },
      (error, stdout, stderr) => done({ code: error?.code ?? 0, stdout, stderr }),
    )
  })

describe("the command line", () => {
  test.each(["status", "redrive", "reprocess", "unpark", "reconcile", "confirm-orphans", "--help"])(
    "describes %s in one line of its help",
    (name) => {
      expect(usage.split("\n").filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1)
    },
  )

  test.each([
    ["an unknown command", ["restart"]],
    ["no command", []],
    ["an extra argument", ["status", "now"]],
    ["an invalid id", ["reprocess", "ph_1"]],
    ["an unknown option", ["reconcile", "--force"]],
    ["a limit that is not a number", ["reconcile", "--limit", "all"]],
    ["a negative count", ["confirm-orphans", "-1"]],
  ])("does not accept %s", (_, args) => {
    expect(operationOf(args)).toBeNull()
  })

  test("prints the help on request, and exits with 2 and the help for an unknown command", async () => {
    expect(await runOps("--help")).toEqual({ code: 0, stdout: `${usage}\n`, stderr: "" })
    expect(await runOps("restart")).toEqual({ code: 2, stdout: "", stderr: `${usage}\n` })
  })
})
