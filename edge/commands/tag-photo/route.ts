import { Hono } from "hono"
import { maxTagsPerPhoto } from "../../../domain/tag-label.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validJson, validParam } from "../../http/validation.ts"
import { tagPhoto as handle, type TagPhotoFailure } from "./handler.ts"
import { photoTagsResponse, tagPhotoParams, tagPhotoRequest } from "./schema.ts"

const failures: FailureProblems<TagPhotoFailure> = {
  not_found: "not-found",
  too_many_tags: [
    "too-many-tags",
    ({ tagCount }) => ({
      detail: `A photo can have ${maxTagsPerPhoto} tags. This photo has ${tagCount}. Remove tags before you add others.`,
    }),
  ],
}

export const tagPhoto = new Hono<EdgeEnv>().post(
  "/commands/photos/:photoId/tags",
  describeOperation("tagPhoto", {
    tag: "photos",
    summary: "Add tags to a photo",
    responses: { 200: { description: "All tags of the photo.", schema: photoTagsResponse } },
    problems: problemTypesOf(failures),
  }),
  validParam(tagPhotoParams),
  validJson(tagPhotoRequest),
  async (c) => {
    const { database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const tagged = await handle(database, { photoId, userId: principal.userId, ...c.req.valid("json") })
    return tagged.ok ? c.json(tagged.value) : respondFailure(c, failures, tagged.error)
  },
)
