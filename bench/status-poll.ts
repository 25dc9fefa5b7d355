import postgres from "postgres"
import { withInlineInput } from "../db/edge.ts"
import { selectUploadJob } from "../edge/queries/get-upload-job/sql.ts"
import { largestUser, startWithMillionPhotos } from "./million-photos/million-photos.ts"
import { percentile } from "./percentile.ts"

// Measures GET /queries/upload-jobs/{id} at a million photos: the statement without a known version (200) and with the
// version of the job (304). The baseline is a bare select of the same rows, including the two deleted photos, whose bytes
// are part of the response. The three alternate on one connection, so that the load of the machine affects all.

const rounds = 500
const limits = { "200": 1.2, "304": 0.7 }

const jobId = `job_0${"5000".padStart(25, "0")}` as const
const server = await startWithMillionPhotos()
const sql = postgres(server.url, { max: 1, fetch_types: false })
try {
  const statementFor = (knownTags: string[]) =>
    withInlineInput(selectUploadJob.text, { jobId, userId: largestUser, knownTags })
  const variants = {
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
    for (const variant of ["bare select", "200", "304"] as const) {
      const startedAt = performance.now()
      await sql.unsafe(variants[variant], [], { prepare: false })
      times[variant].push(performance.now() - startedAt)
    }
  const median = (variant: keyof typeof times) => Number(percentile(times[variant], 0.5))
  const ratios = { "200": median("200") / median("bare select"), "304": median("304") / median("200") }
  console.log("| variant | p50 ms | p95 ms | ratio |\n|---|---|---|---|")
  for (const variant of ["bare select", "200", "304"] as const) {
    const baseline = variant === "200" ? "of the bare select" : "of a 200"
    const ratio =
      variant === "bare select" ? "" : `${ratios[variant].toFixed(2)} ${baseline} (limit ${limits[variant]})`
    console.log(
      `| ${variant} | ${percentile(times[variant], 0.5)} | ${percentile(times[variant], 0.95)} | ${ratio} |`,
    )
  }
  if (ratios["200"] > limits["200"] || ratios["304"] > limits["304"]) process.exitCode = 1
} finally {
  await sql.end()
  await server.stop()
}
