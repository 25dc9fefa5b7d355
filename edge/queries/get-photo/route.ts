import { Hono } from "hono"
import { photoProgress } from "../../../domain/progress.ts"
import { linkThumbnails } from "../../clients/object-store/thumbnail-links.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified, urlSpanOf } from "../../http/entity-tag.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validParam } from "../../http/validation.ts"
import { getPhotoParams, type PhotoResponse, photoResponse } from "./schema.ts"
import { selectPhoto } from "./sql.ts"

export const getPhoto = new Hono<EdgeEnv>().get(
  "/queries/photos/:photoId",
  describeOperation("getPhoto", {
    tag: "photos",
    summary: "Get a photo",
    answers: { 200: { description: "The photo with its metadata and thumbnails.", schema: photoResponse } },
    isCached: true,
  }),
  validParam(getPhotoParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const found = await database.run(selectPhoto, { photoId, userId: principal.userId })
    if (!found) return problem(c, "not-found")

    const { version, ...photo } = found
    const unchanged = notModified(c, `${version}-${urlSpanOf(config)}`)
    if (unchanged) return unchanged
    return c.json({
      ...photo,
      progress: photoProgress(photo.status, photo.bytesSent, photo.bytes),
      thumbnails: await linkThumbnails(config, principal.userId, photoId, photo.thumbnails),
    } satisfies PhotoResponse)
  },
)
