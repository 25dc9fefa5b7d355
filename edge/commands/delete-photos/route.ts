import { Hono } from "hono"
import { originalKey } from "../../../domain/object-key.ts"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { inBackground } from "../../http/background.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validJson } from "../../http/validation.ts"
import { type DeletePhotosResponse, deletePhotosRequest, deletePhotosResponse } from "./schema.ts"
import { deletePhotos as statement } from "./sql.ts"

export const deletePhotos = new Hono<EdgeEnv>().post(
  "/commands/photos/delete",
  describeOperation("deletePhotos", {
    tag: "photos",
    summary: "Delete many photos",
    description:
      "Does for up to 500 photos what `DELETE /commands/photos/{photoId}` does for one. Photos that the account does not have are reported and do not prevent the others from being deleted.",
    responses: { 200: { description: "The outcome for each photo.", schema: deletePhotosResponse } },
  }),
  validJson(deletePhotosRequest),
  async (c) => {
    const { config, database, principal } = c.var
    const { userId } = principal
    const { photoIds } = c.req.valid("json")
    c.var.logFacts.photos = photoIds.length
    const photos = await database.run(statement, { photoIds, userId })

    const store = objectStoreOf(config)
    for (const { photoId, uploadId } of photos)
      if (uploadId !== null)
        inBackground(c, store.abortMultipart(originalKey(config.environment, userId, photoId), uploadId))
    const items = photos.map(({ uploadId: _, ...photo }) => photo)
    return c.json({ items } satisfies DeletePhotosResponse)
  },
)
