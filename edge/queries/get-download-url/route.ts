import { Hono } from "hono"
import { thumbnailVariants } from "../../../domain/image.ts"
import { thumbnailKey } from "../../../domain/object-key.ts"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified, urlSpanOf } from "../../http/entity-tag.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validParam, validQuery } from "../../http/validation.ts"
import { contentDispositionOf } from "./content-disposition.ts"
import {
  type DownloadUrlResponse,
  downloadUrlResponse,
  getDownloadUrlParams,
  getDownloadUrlQuery,
} from "./schema.ts"
import { selectDownload } from "./sql.ts"

export const getDownloadUrl = new Hono<EdgeEnv>().get(
  "/queries/photos/:photoId/download-url",
  describeOperation("getDownloadUrl", {
    tag: "photos",
    summary: "Get a download URL",
    description: "Returns a presigned URL of the original or of a thumbnail.",
    answers: { 200: { description: "The URL.", schema: downloadUrlResponse } },
    problems: ["photo-not-ready"],
    isCached: true,
  }),
  validParam(getDownloadUrlParams),
  validQuery(getDownloadUrlQuery),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    const { variant } = c.req.valid("query")
    c.var.logFacts.photoId = photoId
    const photo = await database.run(selectDownload, { photoId, userId: principal.userId })
    if (!photo) return problem(c, "not-found")
    const size = thumbnailVariants.find((each) => String(each) === variant)
    const isStored = size === undefined || photo.thumbnails.some((thumbnail) => thumbnail.variant === size)
    // Return URLs of verified photos only.
    if (photo.status !== "COMPLETED" || !isStored)
      return problem(c, "photo-not-ready", { detail: `The photo is ${photo.status}.` })
    const unchanged = notModified(c, `${variant}-${photo.version}-${urlSpanOf(config)}`)
    if (unchanged) return unchanged

    const file =
      size === undefined
        ? { key: photo.s3Key, filename: photo.filename, contentType: photo.mimeType }
        : {
            key: thumbnailKey(config.environment, principal.userId, photoId, size),
            filename: `${withoutExtension(photo.filename)}-${size}.webp`,
            contentType: "image/webp",
          }
    const { url, expiresAt } = await objectStoreOf(config).presignGet(file.key, {
      contentType: file.contentType,
      contentDisposition: contentDispositionOf(file.filename),
    })
    return c.json({
      photoId,
      variant,
      url,
      expiresAt: expiresAt.toISOString(),
      filename: file.filename,
      contentType: file.contentType,
    } satisfies DownloadUrlResponse)
  },
)

const withoutExtension = (filename: string): string => filename.replace(/(?<=.)\.[^.]*$/, "")
