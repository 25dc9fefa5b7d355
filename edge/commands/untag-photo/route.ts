import { Hono } from "hono"
import type { EdgeEnv } from "../../platform/context.ts"
import { problem } from "../../platform/problem.ts"
import { validParam } from "../../platform/validation.ts"
import { type UntagPhotoResponse, untagPhotoParams } from "./schema.ts"
import { untagPhoto as statement } from "./sql.ts"

export const untagPhoto = new Hono<EdgeEnv>().delete(
  "/commands/photos/:photoId/tags/:label",
  validParam(untagPhotoParams),
  async (c) => {
    const { database, principal } = c.var
    const { photoId, label } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const left = await database.run(statement, {
      photoId,
      userId: principal.userId,
      tagKey: label.tagKey,
    })
    return left ? c.json({ photoId, ...left } satisfies UntagPhotoResponse) : problem(c, "not-found")
  },
)
