import { Hono } from "hono"
import type { NotFound } from "../../../domain/result.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { type UntagPhotoResponse, untagPhotoParams, untagPhotoResponse } from "./schema.ts"
import { untagPhoto as statement } from "./sql.ts"

const failures: FailureProblems<NotFound> = { not_found: "not-found" }

export const untagPhoto = new Hono<EdgeEnv>().delete(
  "/commands/photos/:photoId/tags/:label",
  describeOperation("untagPhoto", {
    tag: "photos",
    summary: "Remove a tag from a photo",
    responses: { 200: { description: "The remaining tags of the photo.", schema: untagPhotoResponse } },
  }),
  validParam(untagPhotoParams),
  async (c) => {
    const { database, principal } = c.var
    const { photoId, label } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const untagged = await database.run(statement, {
      photoId,
      userId: principal.userId,
      tagKey: label.tagKey,
    })
    return untagged.ok
      ? c.json({ photoId, ...untagged.value } satisfies UntagPhotoResponse)
      : respondFailure(c, failures, untagged.error)
  },
)
