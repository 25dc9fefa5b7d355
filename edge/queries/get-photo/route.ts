import { Hono } from "hono"
import { thumbnailKey } from "../../../domain/object-key.ts"
import type { EdgeEnv } from "../../platform/context.ts"
import { objectStoreOf } from "../../platform/object-store.ts"
import { problem } from "../../platform/problem.ts"
import { validParam } from "../../platform/validation.ts"
import { getPhotoParams, type PhotoResponse } from "./schema.ts"
import { selectPhoto } from "./sql.ts"

export const getPhoto = new Hono<EdgeEnv>().get(
  "/queries/photos/:photoId",
  validParam(getPhotoParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const photo = await database.run(selectPhoto, { photoId, userId: principal.userId })
    if (!photo) return problem(c, "not-found")

    const store = objectStoreOf(config)
    const thumbnails = await Promise.all(
      photo.thumbnails.map(async (thumbnail) => {
        const key = thumbnailKey(config.environment, principal.userId, photoId, thumbnail.variant)
        const { url, expiresAt } = await store.presignGet(key)
        return { ...thumbnail, url, expiresAt: expiresAt.toISOString() }
      }),
    )
    return c.json({ ...photo, thumbnails } satisfies PhotoResponse)
  },
)
