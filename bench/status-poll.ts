import postgres from "postgres"
import { withInlineInput } from "../db/edge.ts"
import { selectUploadJob } from "../edge/queries/get-upload-job/sql.ts"
import { largestUser, startWithMillionPhotos } from "./million-photos/million-photos.ts"
import { percentile } from "./percentile.ts"

// GET /queries/upload-jobs/{id} at a million photos: the statement for a caller who knows nothing (200) and for one who
// knows the job's version (304), beside a bare select of the same rows (two of the 100 photos are deleted; the answer
// counts their bytes). The three take turns on one connection, so that whatever else the machine does meets them all.

const rounds = 500
const limits = { "200": 1.2, "304": 0.7 }

const jobId = `job_0${"5000".padStart(25, "0")}` as const
const server = await startWithMillionPhotos()
const sql = postgres(server.url, { max: 1, fetch_types: false })
try {
  const statementFor = (knownTags: string[]) =>
    withInlineInput(selectUploadJob.text, { jobId, userId: largestUser, knownTags })
  const ways = {
    "bare select": `
      select j.*, p.photo_id, p.filename, p.status, p.bytes, p.bytes_sent, p.etag, p.failure_reason, p.failure_detail,
        p.deleted_at
      from upload_jobs j join photos p using (job_id)
      where j.job_id = '${jobId}' and j.user_id = '${largestUser}' order by p.photo_id`,
    "200": statementFor([]),
    "304": statementFor(["1"]),
  }
  const times = { "bare select": [] as number[], "200": [] as number[], "304": [] as number[] }
  for (let round = 0; round < rounds; round += 1)
    for (const way of ["bare select", "200", "304"] as const) {
      const startedAt = performance.now()
      await sql.unsafe(ways[way], [], { prepare: false })
      times[way].push(performance.now() - startedAt)
    }
  const median = (way: keyof typeof times) => Number(percentile(times[way], 0.5))
  const ratios = { "200": median("200") / median("bare select"), "304": median("304") / median("200") }
  console.log("| way | p50 ms | p95 ms | ratio |\n|---|---|---|---|")
  for (const way of ["bare select", "200", "304"] as const) {
    const peer = way === "200" ? "of the bare select" : "of a 200"
    const ratio = way === "bare select" ? "" : `${ratios[way].toFixed(2)} ${peer} (limit ${limits[way]})`
    console.log(`| ${way} | ${percentile(times[way], 0.5)} | ${percentile(times[way], 0.95)} | ${ratio} |`)
  }
  if (ratios["200"] > limits["200"] || ratios["304"] > limits["304"]) process.exitCode = 1
} finally {
  await sql.end()
  await server.stop()
}
