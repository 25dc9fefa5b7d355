import { Hono } from "hono"
import type { EdgeEnv } from "../../platform/context.ts"
import { rateLimited } from "../../platform/rate-limit.ts"
import { userChannelOf } from "../../platform/user-channel.ts"
import { validJson } from "../../platform/validation.ts"
import { type ReportProgressResponse, reportProgressRequest } from "./schema.ts"

/** No database call: the user's Durable Object keeps the ticks and writes them, at most once a second. */
export const reportProgress = new Hono<EdgeEnv>().post(
  "/commands/upload/progress",
  validJson(reportProgressRequest),
  async (c) => {
    const { config, principal } = c.var
    const body = c.req.valid("json")
    const items = "items" in body ? body.items : [body]
    const policy = { capacity: config.limits.progressPostsPerSecond, fillMs: 1000 }
    const ticks = items.map(({ photoId, bytesSent }) => ({ photoId, bytesSent }))
    const limit = await userChannelOf(config, principal.userId).reportProgress(
      principal.userId,
      ticks,
      policy,
    )
    const refusal = rateLimited(c, "progress", policy, limit)
    return refusal ?? c.json({ accepted: ticks.length } satisfies ReportProgressResponse, 202)
  },
)
