import { Hono } from "hono"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { notModified, urlSpanOf } from "../../http/entity-tag.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam, validQuery } from "../../http/validation.ts"
import { contentDispositionOf } from "./content-disposition.ts"
import { type DownloadFailure, findDownload } from "./handler.ts"
import {
  type DownloadUrlResponse,
  downloadUrlResponse,
  getDownloadUrlParams,
  getDownloadUrlQuery,
} from "./schema.ts"

const failures: FailureProblems<DownloadFailure> = {
  not_found: "not-found",
  photo_not_ready: ["photo-not-ready", ({ status }) => ({ detail: `The photo is ${status}.` })],
}

export const getDownloadUrl = new Hono<EdgeEnv>().get(
  "/queries/photos/:photoId/download-url",
  describeOperation("getDownloadUrl", {
    tag: "photos",
    summary: "Get a download URL",
    description: "Returns a presigned URL of the original or of a thumbnail.",
    responses: { 200: { description: "The URL.", schema: downloadUrlResponse } },
    problems: problemTypesOf(failures),
    isCached: true,
  }),
  validParam(getDownloadUrlParams),
  validQuery(getDownloadUrlQuery),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    const { variant } = c.req.valid("query")
    c.var.logFacts.photoId = photoId
    const found = await findDownload(
      { environment: config.environment, database },
      { photoId, userId: principal.userId, variant },
    )
    if (!found.ok) return respondFailure(c, failures, found.error)
    const { key, filename, contentType, version } = found.value
    const unchanged = notModified(c, `${variant}-${version}-${urlSpanOf(config)}`)
    if (unchanged) return unchanged

    const contentDisposition = contentDispositionOf(filename)
    const { url, expiresAt } = await objectStoreOf(config).presignGet(key, {
      contentType,
      contentDisposition,
    })
    return c.json({
      photoId,
      variant,
      url,
      expiresAt: expiresAt.toISOString(),
      filename,
      contentType,
    } satisfies DownloadUrlResponse)
  },
)
