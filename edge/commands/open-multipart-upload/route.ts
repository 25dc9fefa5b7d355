import { Hono } from "hono"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { inBackground } from "../../http/background.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { acceptsUploads } from "../../http/load-gate.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { openMultipartUpload as handle, type OpenMultipartUploadFailure } from "./handler.ts"
import { openMultipartUploadParams, openMultipartUploadResponse } from "./schema.ts"

const failures: FailureProblems<OpenMultipartUploadFailure> = {
  not_found: "not-found",
  not_multipart: [
    "not-multipart",
    { detail: "PUT the file to its presigned URL. If the URL has expired, renew it." },
  ],
  already_uploaded: ["already-uploaded", { detail: "Get the photo to read its status." }],
}

export const openMultipartUpload = new Hono<EdgeEnv>().post(
  "/commands/upload/:photoId/multipart",
  describeOperation("openMultipartUpload", {
    tag: "uploads",
    summary: "Open or resume a multipart upload",
    description:
      "For photos that are larger than `partSize`. Returns a presigned URL for each part, and whether S3 already has the part.",
    responses: {
      200: { description: "A presigned URL for each part.", schema: openMultipartUploadResponse },
    },
    problems: [...problemTypesOf(failures), "overloaded", "storage-unavailable"],
  }),
  acceptsUploads,
  validParam(openMultipartUploadParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const opened = await handle(
      {
        environment: config.environment,
        database,
        objectStore: objectStoreOf(config),
        inBackground: (work) => inBackground(c, work),
      },
      { photoId, userId: principal.userId },
    )
    return opened.ok ? c.json(opened.value) : respondFailure(c, failures, opened.error)
  },
)
