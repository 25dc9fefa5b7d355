import { type Context, Hono } from "hono"
import { inBackground } from "../../platform/background.ts"
import type { EdgeEnv } from "../../platform/context.ts"
import { describe } from "../../platform/describe.ts"
import { promisesUploads } from "../../platform/load-gate.ts"
import { objectStoreOf } from "../../platform/object-store/object-store.ts"
import { problem } from "../../platform/problem.ts"
import { validParam } from "../../platform/validation.ts"
import { openMultipartUpload as handle, type OpenRefusal } from "./handler.ts"
import { openMultipartUploadParams, openMultipartUploadResponse } from "./schema.ts"

export const openMultipartUpload = new Hono<EdgeEnv>().post(
  "/commands/upload/:photoId/multipart",
  describe("openMultipartUpload", {
    tag: "uploads",
    summary: "Opens a large photo's upload in parts, or goes on with it",
    answers: { 200: { description: "A presigned URL for each part.", schema: openMultipartUploadResponse } },
    problems: ["not-multipart", "already-uploaded", "overloaded", "storage-unavailable"],
  }),
  promisesUploads,
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
    return opened.ok ? c.json(opened.value) : refuse(c, opened.error)
  },
)

const refuse = (c: Context<EdgeEnv>, refusal: OpenRefusal): Response => {
  switch (refusal) {
    case "not_found":
      return problem(c, "not-found")
    case "not_multipart":
      return problem(c, "not-multipart", {
        detail: "PUT the file to its presigned URL; renew gives a fresh one.",
      })
    case "already_uploaded":
      return problem(c, "already-uploaded", { detail: "Ask for the photo to learn how it stands." })
  }
}
