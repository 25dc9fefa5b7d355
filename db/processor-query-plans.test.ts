import type postgres from "postgres"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import type { JobId, PhotoId, UserId } from "../domain/ids.ts"
import type { PhotoExif } from "../domain/image.ts"
import { failDeadLettered } from "../processor/dead-letters/sql.ts"
import { leaseDue, recordOutcome } from "../processor/deliver-webhooks/sql.ts"
import { adoptBucket, selectExistingPhotos, selectStoredPhotos } from "../processor/operate/bucket-sql.ts"
import { reopenPhotos, selectSystemStatus, unparkEvents } from "../processor/operate/sql.ts"
import { reopenExpiredPhoto } from "../processor/platform/late-object.ts"
import {
  claimPhoto,
  completePhoto,
  failPhoto,
  releasePhoto,
  selectPhotoStatus,
} from "../processor/process-photo/sql.ts"
import {
  numberEvents,
  selectDueEvents,
  selectNewEvents,
  settleEvents,
} from "../processor/relay-events/sql.ts"
import { selectIdentity } from "../processor/sweep/deployment-sql.ts"
import {
  markRemovalFailed,
  markRemoved,
  recordObjects,
  selectKnownPhotos,
  selectRemovable,
} from "../processor/sweep/objects-sql.ts"
import {
  clearLastSweep,
  failUnfinishedPhotos,
  markRequeued,
  recoverPhotos,
  takeExpiredPhotos,
  takeUnleasedPhotos,
  takeWaitingPhotos,
} from "../processor/sweep/photos-sql.ts"
import { prune } from "../processor/sweep/prune-sql.ts"
import type { Statement } from "./statement.ts"
import { createOwnDatabase, type OwnDatabase } from "./testing/own-database.ts"
import { nodesOfPlan, type PlanMode, tablesReadWhole } from "./testing/query-plan.ts"

// Checks the plans of the processor's statements on tables of 100,000 rows, few of which match.

const rowCount = 100_000
/** One row in this many has each of the states that a statement selects. */
const rowsPerRareState = 1000

/** Small tables. For these a full scan is the best plan. */
const smallTables = [
  "deployment",
  "outbox_sinks",
  "outbox_numbering",
  "undelivered_events",
  "users",
  "webhook_endpoints",
]
const limits = { smallTables, maxFilteredRows: 2000 }

const id = (prefix: string, number: number) => `${prefix}_0${String(number).padStart(25, "0")}`
const photoId = (number: number) => id("ph", number) as PhotoId
const userId = id("usr", 0) as UserId
const jobId = id("job", 1) as JobId

let database: OwnDatabase
let sql: postgres.Sql
beforeAll(async () => {
  database = await createOwnDatabase(inject("environment").databaseUrl)
  sql = database.sql
  await seed()
}, 180_000)
afterAll(() => database?.drop())

const idSql = (prefix: string, number: string) => `'${prefix}_0' || lpad((${number})::text, 25, '0')`

const seed = async () => {
  // Inserts rows without triggers, as a restored dump does.
  await sql.unsafe(`
    set session_replication_role = replica;
    insert into users (user_id, email, password_hash, used_bytes, used_photos)
    select ${idSql("usr", "n")}, n::text, 'none', 1000000, 1000 from generate_series(0, 999) n;
    insert into upload_jobs (job_id, user_id, total_count, failed_count)
    select ${idSql("job", "n")}, ${idSql("usr", "n % 1000")}, 100, 1 from generate_series(0, ${rowCount / 10}) n;
    insert into photos (photo_id, job_id, user_id, filename, mime_type, bytes, s3_key, status, failure_reason, etag,
      dead_lettered_at, deleted_at, objects_removed_at, status_since, updated_at, completed_at)
    select ${idSql("ph", "n")}, ${idSql("job", "n / 10")}, ${idSql("usr", "n / 10 % 1000")}, 'a.jpg', 'image/jpeg', 1000,
      n::text,
      case n % ${rowsPerRareState} when 1 then 'UPLOADING' when 2 then 'QUEUED' when 3 then 'PROCESSING' when 4 then 'FAILED'
        when 5 then 'FAILED' when 6 then 'CANCELLED' when 8 then 'CANCELLED' else 'COMPLETED' end,
      case n % ${rowsPerRareState} when 4 then 'EXPIRED' when 5 then 'PROCESSING_ERROR' end,
      case when n % ${rowsPerRareState} in (1, 2, 4) then null else 'e' end,
      case when n % ${rowsPerRareState} = 5 then now() end,
      case when n % ${rowsPerRareState} = 7 then now() - interval '2 days' end,
      case when n % ${rowsPerRareState} = 8 then now() end,
      now() - interval '2 days', now() - interval '2 days', now() - interval '2 days'
    from generate_series(0, ${rowCount - 1}) n;
    insert into photo_timeline (photo_id, kind) select photo_id, 'PROCESSING' from photos;
    insert into photo_tags (photo_id, user_id, tag_key) select photo_id, user_id, 'sea' from photos;
    insert into outbox_events (type, user_id, job_id, data, occurred_at, relay_position)
    select 'UploadJobCreated', ${idSql("usr", "n % 1000")}, ${idSql("job", "n")}, '{}', now() - n * interval '6 seconds',
      case when n > 100 then n end
    from generate_series(0, ${rowCount - 1}) n order by n desc;
    update outbox_numbering set last_position = ${rowCount};
    insert into outbox_sinks (sink, position) values ('edge', 90000), ('webhooks', 99900);
    insert into undelivered_events (sink, sequence, user_id, job_id, hold_key, attempts, next_attempt_at, parked_at)
    select 'edge', n, ${idSql("usr", "n % 1000")}, ${idSql("job", "n")}, ${idSql("usr", "n % 1000")}, 1, now(),
      case when n % 2 = 0 then now() end
    from generate_series(1, 1000) n;
    insert into webhook_endpoints (endpoint_id, user_id, url, secret)
    select ${idSql("whe", "n")}, ${idSql("usr", "n")}, 'https://example.com', 'whsec_' from generate_series(0, 99) n;
    insert into webhook_deliveries (endpoint_id, event_id, event, status, created_at)
    select ${idSql("whe", "n % 100")}, n::text, '{}', case when n % ${rowsPerRareState} = 1 then 'PENDING' else 'DELIVERED' end,
      now() - n * interval '27 seconds'
    from generate_series(0, ${rowCount - 1}) n;
    insert into refresh_families (family_id, user_id, generation, expires_at)
    select n::text, ${idSql("usr", "n % 1000")}, 1, now() + interval '30 days' - n * interval '26 seconds'
    from generate_series(0, ${rowCount - 1}) n;
    insert into idempotency_keys (user_id, idempotency_key, fingerprint, job_id, created_at)
    select ${idSql("usr", "n % 1000")}, n::text, '', ${idSql("job", "n")}, now() - n * interval '0.87 seconds'
    from generate_series(0, ${rowCount - 1}) n;
    reset session_replication_role`)
  await sql`vacuum analyze`
}

const planned = <Input>(name: string, statement: Statement<Input, unknown>, input: Input) => ({
  name,
  nodes: (mode: PlanMode) => nodesOfPlan(sql, statement, input, mode),
})

const fault = { reason: "PROCESSING_ERROR", detail: "An internal error." } as const
const photoIds = Array.from({ length: 200 }, (_, index) => photoId(index * 500 + 1))
const facts = {
  type: "image/jpeg",
  width: 3,
  height: 2,
  exif: {} as PhotoExif,
  isDegraded: false,
  anomalies: [],
  thumbhash: "",
  annotations: null,
} as const
const noSelection = { photoId: null, jobId: null, scope: null, after: null, limit: 1000 }

const statements = [
  planned("sweep: take waiting photos", takeWaitingPhotos, { quietMs: 1000, limit: 200 }),
  planned("sweep: take unleased photos", takeUnleasedPhotos, {
    quietMs: 1000,
    processingMs: 1000,
    limit: 200,
  }),
  planned("sweep: take expired photos", takeExpiredPhotos, { quietMs: 1000, lateObjectMs: 1000, limit: 200 }),
  planned("sweep: clear visits", clearLastSweep, { photoIds }),
  planned("sweep: mark as requeued", markRequeued, { photoIds }),
  planned("sweep: recover photos", recoverPhotos, {
    photos: photoIds.map((each) => ({ photoId: each, etag: "e" })),
  }),
  planned("sweep: fail photos", failUnfinishedPhotos, { photoIds, statuses: ["UPLOADING"], fault }),
  planned("sweep: select photos to remove", selectRemovable, { graceMs: 1000, failed: [], limit: 200 }),
  planned("sweep: mark as removed", markRemoved, { photoId: photoId(7), isFinal: true }),
  planned("sweep: mark failed removals", markRemovalFailed, { photoIds }),
  planned("sweep: record listed objects", recordObjects, { photoIds }),
  planned("sweep: select known photos", selectKnownPhotos, { photoIds }),
  planned("sweep: identify the database", selectIdentity, {}),
  planned("sweep: prune", prune, { eventDays: 7, deliveryDays: 30 }),
  planned("late object: reopen", reopenExpiredPhoto, {
    photoId: photoId(4),
    etag: "e",
    noRoomDetail: "No room.",
  }),
  planned("dead letters: fail", failDeadLettered, {
    photoId: photoId(3),
    userId,
    etag: "e",
    sentAtMs: 0,
    fault,
  }),
  planned("operate: reopen a photo", reopenPhotos, { ...noSelection, photoId: photoId(5) }),
  planned("operate: reopen a job", reopenPhotos, { ...noSelection, jobId }),
  planned("operate: reopen dead letters", reopenPhotos, { ...noSelection, scope: "dead-lettered" }),
  planned("operate: reopen failed photos", reopenPhotos, {
    ...noSelection,
    scope: "failed",
    after: photoId(5),
  }),
  planned("operate: unpark events", unparkEvents, {}),
  planned("operate: select existing photos", selectExistingPhotos, { photoIds }),
  planned("operate: select stored photos", selectStoredPhotos, { after: photoId(50_000), limit: 1000 }),
  planned("operate: adopt the bucket", adoptBucket, {}),
  planned("relay: number events", numberEvents, {}),
  planned("relay: select new events", selectNewEvents, { sink: "webhooks", after: null, limit: 100 }),
  planned("relay: select due events", selectDueEvents, { sink: "edge", limit: 100 }),
  planned("relay: settle events", settleEvents, {
    sink: "edge",
    advance: { from: 90_000, to: 90_100 },
    hasAccepted: true,
    delivered: [1, 2, 3],
    postponed: [],
  }),
  planned("webhooks: lease due deliveries", leaseDue, { after: "", limit: 50, leaseMs: 1000 }),
  planned("webhooks: record an outcome", recordOutcome, {
    deliveryId: 2,
    attempt: 0,
    isProbe: false,
    status: "DELIVERED",
    lastStatus: 200,
    lastError: null,
    retryAfterMs: null,
    disableReason: null,
  }),
  planned("process: claim", claimPhoto, {
    photoId: photoId(3),
    userId,
    etag: "e",
    sequencer: null,
    leaseMs: 1000,
    concurrency: 3,
  }),
  planned("process: complete", completePhoto, {
    photoId: photoId(3),
    attempt: 0,
    checksum: "ab",
    facts,
    thumbnails: [],
    keywordTags: [],
  }),
  planned("process: fail", failPhoto, { photoId: photoId(3), attempt: 0, checksum: null, fault }),
  planned("process: release", releasePhoto, { photoId: photoId(3), attempt: 0, reason: "Outage" }),
  planned("process: select a status", selectPhotoStatus, { photoId: photoId(3) }),
]

describe.each(["force_custom_plan", "force_generic_plan"] as const)(
  "with %s no statement scans a whole table:",
  (mode) => {
    test.each(statements)("$name", async ({ nodes }) => {
      expect(tablesReadWhole(await nodes(mode), limits)).toEqual([])
    })

    test("operate: status, which scans only photos, to count them", async () => {
      const { nodes } = planned("status", selectSystemStatus, {})
      expect(new Set(tablesReadWhole(await nodes(mode), limits))).toEqual(new Set(["photos"]))
    })
  },
)

// With its few rows a custom plan sorts, which is right; a generic plan is also used for a long backlog.
test("the sweep reads photos to remove in the order of an index, without sorting the backlog", async () => {
  const { nodes } = planned("remove", selectRemovable, { graceMs: 1000, failed: [], limit: 200 })
  expect((await nodes("force_generic_plan")).map((node) => node["Node Type"])).not.toContain("Sort")
})
