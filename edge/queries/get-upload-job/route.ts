import { Hono } from "hono"
import type { EdgeEnv } from "../../platform/context.ts"
import { problem } from "../../platform/problem.ts"
import { validParam } from "../../platform/validation.ts"
import { getUploadJobParams } from "./schema.ts"
import { selectUploadJob } from "./sql.ts"

export const getUploadJob = new Hono<EdgeEnv>().get(
  "/queries/upload-jobs/:jobId",
  validParam(getUploadJobParams),
  async (c) => {
    const { jobId } = c.req.valid("param")
    c.var.logFacts.jobId = jobId
    const job = await c.var.database.run(selectUploadJob, { jobId, userId: c.var.principal.userId })
    return job ? c.json(job) : problem(c, "not-found")
  },
)
