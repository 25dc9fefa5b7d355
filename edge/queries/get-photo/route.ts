import { Hono } from "hono"
import { photoProgress } from "../../../domain/progress.ts"
import type { NotFound } from "../../../domain/result.ts"
import { linkThumbnails } from "../../clients/object-store/thumbnail-links.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified, urlSpanOf } from "../../http/entity-tag.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { getPhotoParams, type PhotoResponse, photoResponse } from "./schema.ts"
import { selectPhoto } from "./sql.ts"

const failures: FailureProblems<NotFound> = { not_found: "not-found" }

export const getPhoto = new Hono<EdgeEnv>().get(
  "/queries/photos/:photoId",
  describeOperation("getPhoto", {
    tag: "photos",
    summary: "Get a photo",
    responses: { 200: { description: "The photo with its metadata and thumbnails.", schema: photoResponse } },
    isCached: true,
  }),
  validParam(getPhotoParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const found = await database.run(selectPhoto, { photoId, userId: principal.userId })
    if (!found.ok) return respondFailure(c, failures, found.error)

    const { version, ...photo } = found.value
    const unchanged = notModified(c, `${version}-${urlSpanOf(config)}`)
    if (unchanged) return unchanged
    return c.json({
      ...photo,
      progress: photoProgress(photo.status, photo.bytesSent, photo.bytes),
      thumbnails: await linkThumbnails(config, principal.userId, photoId, photo.thumbnails),
    } satisfies PhotoResponse)
  },
)
