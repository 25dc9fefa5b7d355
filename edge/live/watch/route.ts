import { type Context, Hono } from "hono"
import * as z from "zod"
import { InactiveUser } from "../../../db/edge.ts"
import { isJobId, type JobId } from "../../../domain/ids.ts"
import { DatabaseUnavailable } from "../../../domain/outage.ts"
import { err, type NotFound, ok, type Result } from "../../../domain/result.ts"
import { subscriptionHeader, userChannelOf } from "../../clients/user-channel.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { liveMessage } from "../schema.ts"

type WatchFailure = NotFound | { reason: "too_many_channels" }

const failures: FailureProblems<WatchFailure> = {
  not_found: "not-found",
  too_many_channels: ["too-many-channels", { headers: { "retry-after": "10" } }],
}

const about = {
  tag: "live",
  description:
    "Opens a live channel: server-sent events, or a WebSocket if the request has `Upgrade: websocket`. With `Last-Event-ID` (or `lastEventId` in the query) the channel resumes after that message. Browsers cannot set the `Authorization` header here: send a `ticket` from `POST /auth/live-ticket` in the query.",
  parameters: ["Last-Event-ID"],
  // Not `not-found`, which only a job's channel returns: validParam documents it there.
  problems: ["too-many-channels"],
  responses: {
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
    (c) => answer(c, null),
  )
  .get(
    "/queries/upload-jobs/:jobId/events",
    describeOperation("watchUploadJob", { ...about, summary: "Follow an upload job live" }),
    validParam(z.object({ jobId: z.string().refine(isJobId) })),
    (c) => answer(c, c.req.valid("param").jobId),
  )

const answer = async (c: Context<EdgeEnv>, jobId: JobId | null): Promise<Response> => {
  const opened = await openChannel(c, jobId)
  return opened.ok ? opened.value : respondFailure(c, failures, opened.error)
}

/** Asks the user's Durable Object for a channel. @throws InactiveUser, DatabaseUnavailable */
const openChannel = async (
  c: Context<EdgeEnv>,
  jobId: JobId | null,
): Promise<Result<Response, WatchFailure>> => {
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
      return err({ reason: "not_found" })
    case 429:
      return err({ reason: "too_many_channels" })
    case 503:
      throw new DatabaseUnavailable("the user's Durable Object cannot reach the database")
    default:
      return ok(response)
  }
}
