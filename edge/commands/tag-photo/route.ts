import { Hono } from "hono"
import { maxTagsPerPhoto } from "../../../domain/tag-label.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validJson, validParam } from "../../http/validation.ts"
import { type PhotoTagsResponse, photoTagsResponse, tagPhotoParams, tagPhotoRequest } from "./schema.ts"
import { tagPhoto as statement } from "./sql.ts"

// A photo changes only a few times, so this many conflicts with other changes mean a bug.
const attempts = 10

export const tagPhoto = new Hono<EdgeEnv>().post(
  "/commands/photos/:photoId/tags",
  describeOperation("tagPhoto", {
    tag: "photos",
    summary: "Add tags to a photo",
    answers: { 200: { description: "All tags of the photo.", schema: photoTagsResponse } },
    problems: ["too-many-tags"],
  }),
  validParam(tagPhotoParams),
  validJson(tagPhotoRequest),
  async (c) => {
    const { database, principal } = c.var
    const { photoId } = c.req.valid("param")
    const { labels } = c.req.valid("json")
    c.var.logFacts.photoId = photoId
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const tagged = await database.run(statement, { photoId, userId: principal.userId, labels })
      if (!tagged) return problem(c, "not-found")
      if (tagged.outcome === "too_many")
        return problem(c, "too-many-tags", {
          detail: `A photo can have ${maxTagsPerPhoto} tags. This photo has ${tagged.tags.length}. Remove tags before you add others.`,
        })
      if (tagged.outcome === "tagged")
        return c.json({ photoId, tags: tagged.tags } satisfies PhotoTagsResponse)
    }
    throw new Error("the photo changed during every attempt")
  },
)
