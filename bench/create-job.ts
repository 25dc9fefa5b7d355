import postgres from "postgres"
import * as z from "zod"
import { planUploadJob } from "../domain/upload-job.ts"
import { insertUser } from "../edge/auth/register/sql.ts"
import { insertUploadJob } from "../edge/commands/create-upload-job/sql.ts"
import { newId } from "../edge/new-id.ts"
import { startWithMillionPhotos } from "./million-photos/million-photos.ts"
import { percentile } from "./percentile.ts"

// Measures the statement that creates a job of 100 photos in a database of a million photos, as a prepared statement
// on an open connection: with EXPLAIN ANALYZE, which includes triggers, and from the client, which includes the time until the
// commit is on disk. The baseline is the minimum that such a command must write: the same rows by a bare INSERT into `photos`.

const photosPerJob = 100
const warmUps = 10
const repetitions = 60
const limitMs = 8

const plans = z.tuple([z.object({ "Planning Time": z.number(), "Execution Time": z.number() })])
const explainText = `explain (analyze, timing off, format json) ${insertUploadJob.text}`

const baselineText = `
  with input as materialized (select $1::jsonb as doc)
  insert into photos (photo_id, job_id, user_id, filename, mime_type, bytes, s3_key, traceparent)
  select p."photoId", doc->>'jobId', doc->>'userId', p.filename, p.type, p.bytes, p."s3Key", doc->>'traceparent'
  from input,
    jsonb_to_recordset(doc->'photos') as p ("photoId" text, filename text, type text, bytes bigint, "s3Key" text)`

const server = await startWithMillionPhotos()
const sql = postgres(server.url, { max: 1, fetch_types: false, onnotice: () => undefined })
const userId = newId.user()
try {
  await run(insertUser.text, { userId, email: `${userId}@example.com`, passwordHash: "none" })
  const executed: number[] = []
  const statement: number[] = []
  const baseline: number[] = []
  for (let repetition = -warmUps; repetition < repetitions; repetition += 1) {
    const job = plannedJob()
    const created = await run(insertUploadJob.text, job)
    const { outcome } = insertUploadJob.output.parse(created.row.result)
    if (outcome !== "created") throw new Error(outcome)
    const inserted = await run(baselineText, { ...job, photos: plannedJob().photos })
    const explained = await run(explainText, plannedJob())
    if (repetition < 0) continue
    const [plan] = plans.parse(explained.row["QUERY PLAN"])
    executed.push(plan["Planning Time"] + plan["Execution Time"])
    statement.push(created.durationMs)
    baseline.push(inserted.durationMs)
  }
  const p50 = percentile(executed, 0.5)
  console.log("| create a job of 100 photos | p50 ms | p95 ms |\n|---|---|---|")
  console.log(
    `| the statement, by EXPLAIN ANALYZE (limit ${limitMs}) | **${p50}** | ${percentile(executed, 0.95)} |`,
  )
  console.log(
    `| the statement with its commit | ${percentile(statement, 0.5)} | ${percentile(statement, 0.95)} |`,
  )
  console.log(
    `| a bare INSERT of the photos with its commit (baseline) | ${percentile(baseline, 0.5)} | ${percentile(baseline, 0.95)} |`,
  )
  if (Number(p50) > limitMs) process.exitCode = 1
} finally {
  await sql.end()
  await server.stop()
}

async function run(text: string, input: object): Promise<{ durationMs: number; row: postgres.Row }> {
  const parameters = [JSON.stringify(input)]
  const startedAt = performance.now()
  const [row] = await sql.unsafe(
    text.replaceAll("$1", () => "$1::text"),
    parameters,
    { prepare: true },
  )
  return { durationMs: performance.now() - startedAt, row: row ?? {} }
}

function plannedJob() {
  const files = Array.from({ length: photosPerJob }, (_, index) => ({
    filename: `IMG_${index}.jpg`,
    mimeType: "image/jpeg",
    bytes: 2_000_000,
  }))
  const limits = { maxFileBytes: 10_000_000, partSize: 10_000_000 }
  const plan = planUploadJob(newId.job(), userId, files, limits)
  if (!plan.ok) throw new Error("the files are invalid")
  const photos = plan.value.photos.map((photo) => ({
    ...photo,
    s3Key: `bench/${userId}/${photo.photoId}/original`,
  }))
  return {
    ...plan.value,
    photos,
    traceparent: "00-0-0-01",
    idempotencyKey: null,
    fingerprint: "",
    allowDuplicates: false,
    importKeywords: false,
  }
}
