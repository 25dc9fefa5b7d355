import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validJson } from "../../http/validation.ts"
import { tagPhotos as handle } from "./handler.ts"
import { type TagPhotosResponse, tagPhotosRequest, tagPhotosResponse } from "./schema.ts"

export const tagPhotos = new Hono<EdgeEnv>().post(
  "/commands/photos/tags",
  describeOperation("tagPhotos", {
    tag: "photos",
    summary: "Add tags to many photos, or remove them",
    description:
      "Changes the tags of up to 500 photos. A photo that cannot have more tags, or that the account does not have, is reported and does not prevent the others from being changed.",
    responses: { 200: { description: "The outcome for each photo.", schema: tagPhotosResponse } },
  }),
  validJson(tagPhotosRequest),
  async (c) => {
    const { database, principal } = c.var
    const { photoIds, add = [], remove = [] } = c.req.valid("json")
    c.var.logFacts.photos = photoIds.length
    const items = await handle(database, {
      photoIds,
      userId: principal.userId,
      add,
      remove: remove.map(({ tagKey }) => tagKey),
    })
    return c.json({ items } satisfies TagPhotosResponse)
  },
)
