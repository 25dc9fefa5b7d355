import { Hono } from "hono"
import type { NotFound } from "../../../domain/result.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified } from "../../http/entity-tag.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { getPhotoTimelineParams, type PhotoTimelineResponse, photoTimelineResponse } from "./schema.ts"
import { selectPhotoTimeline } from "./sql.ts"
import { timelineMessage } from "./timeline-messages.ts"

const failures: FailureProblems<NotFound> = { not_found: "not-found" }

export const getPhotoTimeline = new Hono<EdgeEnv>().get(
  "/queries/photos/:photoId/timeline",
  describeOperation("getPhotoTimeline", {
    tag: "photos",
    summary: "Get the timeline of a photo",
    responses: {
      200: {
        description: "What happened to the photo, in chronological order.",
        schema: photoTimelineResponse,
      },
    },
    isCached: true,
  }),
  validParam(getPhotoTimelineParams),
  async (c) => {
    const { database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const found = await database.run(selectPhotoTimeline, { photoId, userId: principal.userId })
    if (!found.ok) return respondFailure(c, failures, found.error)
    const unchanged = notModified(c, String(found.value.version))
    if (unchanged) return unchanged
    const entries = found.value.entries.map((entry) => ({
      at: entry.at,
      kind: entry.kind,
      text: timelineMessage(entry),
    }))
    return c.json({ photoId, entries } satisfies PhotoTimelineResponse)
  },
)
