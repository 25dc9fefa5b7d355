import { Hono } from "hono"
import type { EdgeEnv } from "../../platform/context.ts"
import { describe } from "../../platform/describe.ts"
import { notModified } from "../../platform/entity-tag.ts"
import { problem } from "../../platform/problem.ts"
import { validParam } from "../../platform/validation.ts"
import { getUploadJobParams, uploadJobSnapshot } from "./schema.ts"
import { snapshotOf } from "./snapshot.ts"
import { selectUploadJob } from "./sql.ts"

export const getUploadJob = new Hono<EdgeEnv>().get(
  "/queries/upload-jobs/:jobId",
  describe("getUploadJob", {
    tag: "uploads",
    summary: "Tells how a job and its photos stand",
    answers: {
      200: {
        description: "The job; `Retry-After` until it is terminal.",
        schema: uploadJobSnapshot,
        headers: ["Retry-After"],
      },
    },
    isCached: true,
  }),
  validParam(getUploadJobParams),
  async (c) => {
    const { jobId } = c.req.valid("param")
    c.var.logFacts.jobId = jobId
    const found = await c.var.database.run(selectUploadJob, { jobId, userId: c.var.principal.userId })
    if (!found) return problem(c, "not-found")

    const { version, ...job } = found
    const snapshot = snapshotOf(job)
    // Whole seconds (RFC 9110 §10.2.3); `pollAfterMs` says it finer.
    if (snapshot.pollAfterMs !== null) c.header("retry-after", String(Math.ceil(snapshot.pollAfterMs / 1000)))
    return notModified(c, String(version)) ?? c.json(snapshot)
  },
)
