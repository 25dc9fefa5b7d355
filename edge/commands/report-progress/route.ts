import { Hono } from "hono"
import { InactiveUser } from "../../../db/edge.ts"
import { userChannelOf } from "../../clients/user-channel.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { rateLimited } from "../../http/rate-limit.ts"
import { validJson } from "../../http/validation.ts"
import { type ReportProgressResponse, reportProgressRequest, reportProgressResponse } from "./schema.ts"

/** No database call: the user's Durable Object buffers the reports and writes them at most once a second. */
export const reportProgress = new Hono<EdgeEnv>().post(
  "/commands/upload/progress",
  describeOperation("reportProgress", {
    tag: "uploads",
    summary: "Report upload progress",
    description: "Best effort: a report may be dropped. The next report replaces it.",
    responses: { 202: { description: "Accepted.", schema: reportProgressResponse } },
    isRateLimited: true,
  }),
  validJson(reportProgressRequest),
  async (c) => {
    const { config, principal } = c.var
    const body = c.req.valid("json")
    const items = "items" in body ? body.items : [body]
    const policy = { capacity: config.limits.progressPostsPerSecond, fillMs: 1000 }
    const ticks = items.map(({ photoId, bytesSent }) => ({ photoId, bytesSent }))
    const { isActive, ...limit } = await userChannelOf(config, principal.userId).reportProgress(
      principal.userId,
      ticks,
      policy,
    )
    if (!isActive) throw new InactiveUser("deleted or disabled")
    const limited = rateLimited(c, "progress", policy, limit)
    return limited ?? c.json({ accepted: ticks.length } satisfies ReportProgressResponse, 202)
  },
)
