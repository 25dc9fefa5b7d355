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
    "Opens a live channel: server-sent events, or a WebSocket if the request has `Upgrade: websocket`. With `Last-Event-ID` (or `lastEventId` in the query) the channel resumes after that message. Browsers cannot set the `Authorization` header here: send a `ticket` from `POST /auth/live-ticket` in the query.",
  parameters: ["Last-Event-ID"],
  problems: ["too-many-channels"],
  answers: {
    200: {
      description: "A stream of messages; each `data:` field contains one of these messages.",
      schema: liveMessage,
      contentType: "text/event-stream",
    },
    101: {
      description:
        "A WebSocket with the same messages. Each text frame has one or more lines, and each line is a JSON message with an `id`. Send the text `ping` every 20 s. If the client sends no `ping`, the WebSocket is closed after 1 MiB of messages, or after 60 s if the user has reached the limit of 20 channels.",
    },
  },
} as const

/** The live channels: of one job, or of all jobs of the user. */
export const watch = new Hono<EdgeEnv>()
  .get(
    "/queries/events",
    describeOperation("watchEvents", { ...about, summary: "Follow all upload jobs live" }),
    (c) => open(c, null),
  )
  .get(
    "/queries/upload-jobs/:jobId/events",
    describeOperation("watchUploadJob", { ...about, summary: "Follow an upload job live" }),
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
      throw new InactiveUser("deleted or disabled")
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
