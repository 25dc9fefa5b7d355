import { Hono } from "hono"
import { isTerminalJob } from "../../../domain/job-status.ts"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { uploadItemOf } from "../../clients/object-store/presigned-upload.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { acceptsUploads } from "../../http/load-gate.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validParam } from "../../http/validation.ts"
import { type RenewUploadJobResponse, renewUploadJobParams, renewUploadJobResponse } from "./schema.ts"
import { selectPendingUploads } from "./sql.ts"

export const renewUploadJob = new Hono<EdgeEnv>().post(
  "/commands/upload-jobs/:jobId/renew",
  describeOperation("renewUploadJob", {
    tag: "uploads",
    summary: "Renew the presigned URLs of a job",
    description: "Returns new presigned URLs for every photo of the job that is not uploaded yet.",
    answers: {
      200: {
        description: "The presigned uploads of the photos that are not uploaded yet.",
        schema: renewUploadJobResponse,
      },
    },
    problems: ["already-uploaded", "overloaded"],
  }),
  acceptsUploads,
  validParam(renewUploadJobParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { jobId } = c.req.valid("param")
    c.var.logFacts.jobId = jobId
    const job = await database.run(selectPendingUploads, { jobId, userId: principal.userId })
    if (!job) return problem(c, "not-found")
    if (isTerminalJob(job.status))
      return problem(c, "already-uploaded", {
        detail: `The job is ${job.status}. All its photos are uploaded, failed or cancelled.`,
      })
    const store = objectStoreOf(config)
    const items = await Promise.all(job.photos.map((photo) => uploadItemOf(store, photo)))
    return c.json({ jobId, items } satisfies RenewUploadJobResponse)
  },
)
