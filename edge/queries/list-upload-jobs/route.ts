import { Hono } from "hono"
import { isTerminalJob } from "../../../domain/job-status.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { knownTagsOf, notModified, respondNotModified } from "../../http/entity-tag.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { pageOf, rowsOf } from "../../http/page.ts"
import { validQuery } from "../../http/validation.ts"
import { type ListUploadJobsResponse, listUploadJobsQuery, listUploadJobsResponse } from "./schema.ts"
import { selectUploadJobs } from "./sql.ts"

export const listUploadJobs = new Hono<EdgeEnv>().get(
  "/queries/upload-jobs",
  describeOperation("listUploadJobs", {
    tag: "uploads",
    summary: "List upload jobs",
    responses: {
      200: {
        description: "A page of jobs, newest first.",
        schema: listUploadJobsResponse,
        headers: ["Link"],
      },
    },
    isCached: true,
  }),
  validQuery(listUploadJobsQuery),
  async (c) => {
    const query = c.req.valid("query")
    const { tag, jobs } = await c.var.database.run(selectUploadJobs, {
      userId: c.var.principal.userId,
      ...rowsOf(query),
      knownTags: knownTagsOf(c),
    })
    if (jobs === null) return respondNotModified(c, tag)
    const { items, ...facts } = pageOf(c, jobs, query.size, ({ jobId }) => jobId)
    const summaries = items.map((job) => ({ ...job, terminal: isTerminalJob(job.status) }))
    return notModified(c, tag) ?? c.json({ items: summaries, ...facts } satisfies ListUploadJobsResponse)
  },
)
