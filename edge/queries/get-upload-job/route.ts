import { Hono } from "hono"
import type { NotFound } from "../../../domain/result.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { knownTagsOf, notModified, respondNotModified } from "../../http/entity-tag.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { getUploadJobParams, uploadJobSnapshot } from "./schema.ts"
import { pollAfterMsOf, snapshotOf } from "./snapshot.ts"
import { selectUploadJob } from "./sql.ts"

const failures: FailureProblems<NotFound> = { not_found: "not-found" }

export const getUploadJob = new Hono<EdgeEnv>().get(
  "/queries/upload-jobs/:jobId",
  describeOperation("getUploadJob", {
    tag: "uploads",
    summary: "Get an upload job",
    description:
      "Poll this operation to follow a job. Wait `pollAfterMs` between requests, send `If-None-Match`, and stop when `terminal` is true.",
    responses: {
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
    const userId = c.var.principal.userId
    const found = await c.var.database.run(selectUploadJob, { jobId, userId, knownTags: knownTagsOf(c) })
    if (!found.ok) return respondFailure(c, failures, found.error)
    const { version, status, job } = found.value

    const tag = String(version)
    const pollAfterMs = pollAfterMsOf(status)
    // Whole seconds (RFC 9110 §10.2.3); `pollAfterMs` is exact.
    if (pollAfterMs !== null) c.header("retry-after", String(Math.ceil(pollAfterMs / 1000)))
    if (job === null) return respondNotModified(c, tag)
    return notModified(c, tag) ?? c.json(snapshotOf(job))
  },
)
