import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified } from "../../http/entity-tag.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validParam } from "../../http/validation.ts"
import { getUploadJobParams, uploadJobSnapshot } from "./schema.ts"
import { snapshotOf } from "./snapshot.ts"
import { selectUploadJob } from "./sql.ts"

export const getUploadJob = new Hono<EdgeEnv>().get(
  "/queries/upload-jobs/:jobId",
  describeOperation("getUploadJob", {
    tag: "uploads",
    summary: "Get an upload job",
    description:
      "The canonical way to follow a job. Poll after `pollAfterMs` with `If-None-Match` until `terminal` is true.",
    answers: {
      200: {
        description: "The job and its photos. `Retry-After` is present until the job is terminal.",
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
