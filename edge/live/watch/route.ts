import { type Context, Hono } from "hono"
import * as z from "zod"
import { InactiveUser } from "../../../db/edge.ts"
import { isJobId, type JobId } from "../../../domain/ids.ts"
import { subscriptionHeader, userChannelOf } from "../../clients/user-channel.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validParam } from "../../http/validation.ts"
import { liveMessage } from "../schema.ts"

const about = {
  tag: "live",
  description:
    "Server-sent events, or a WebSocket when the request asks for an upgrade. `Last-Event-ID` (or `lastEventId` in the query) goes on where a client stopped. Browsers pass `ticket` in the query, see `POST /auth/live-ticket`.",
  parameters: ["Last-Event-ID"],
  problems: ["too-many-channels"],
  answers: {
    200: {
      description: "A stream of messages; each `data:` is one of these.",
      schema: liveMessage,
      contentType: "text/event-stream",
    },
    101: {
      description:
        "A WebSocket on which the same messages come, one or more lines of JSON a text frame, each with its `id` among the members.",
    },
  },
} as const

/** Live channels: of one job, or of all that is the user's. */
export const watch = new Hono<EdgeEnv>()
  .get(
    "/queries/events",
    describeOperation("watchEvents", { ...about, summary: "Follow everything of yours, live" }),
    (c) => open(c, null),
  )
  .get(
    "/queries/upload-jobs/:jobId/events",
    describeOperation("watchUploadJob", { ...about, summary: "Follow a job, live" }),
    validParam(z.object({ jobId: z.string().refine(isJobId) })),
    (c) => open(c, c.req.valid("param").jobId),
  )

const open = async (c: Context<EdgeEnv>, jobId: JobId | null): Promise<Response> => {
  const { config, principal } = c.var
  const headers = new Headers(c.req.raw.headers)
  headers.delete("authorization")
  headers.set(subscriptionHeader, JSON.stringify({ userId: principal.userId, jobId }))
  const response = await userChannelOf(config, principal.userId).fetch(
    new Request(c.req.url, { headers, signal: c.req.raw.signal }),
  )
  switch (response.status) {
    case 401:
      throw new InactiveUser("gone or disabled")
    case 404:
      return problem(c, "not-found")
    case 429:
      return problem(c, "too-many-channels", { headers: { "retry-after": "10" } })
    case 503:
      return problem(c, "database-unavailable")
    default:
      return response
  }
}
