import { type Context, Hono } from "hono"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { workQueueOf } from "../../clients/work-queue.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validParam } from "../../http/validation.ts"
import { type FinalizeRefusal, finalizeUpload as handle } from "./handler.ts"
import { finalizeUploadParams, finalizeUploadResponse } from "./schema.ts"

export const finalizeUpload = new Hono<EdgeEnv>().post(
  "/commands/upload/:photoId/finalize",
  describeOperation("finalizeUpload", {
    tag: "uploads",
    summary: "Confirm the upload of a photo",
    description:
      "Idempotent; has the same effect as the S3 event. If the photo is uploaded in parts, it first completes the " +
      "multipart upload. Confirm many photos with one call of `POST /commands/upload-jobs/{jobId}/finalize`.",
    answers: { 200: { description: "The photo's status.", schema: finalizeUploadResponse } },
    problems: ["object-missing", "parts-missing", "upload-lost", "storage-unavailable", "queue-unavailable"],
  }),
  validParam(finalizeUploadParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const finalized = await handle(
      {
        environment: config.environment,
        database,
        objectStore: objectStoreOf(config),
        workQueue: workQueueOf(config),
      },
      { photoId, userId: principal.userId },
    )
    return finalized.ok ? c.json(finalized.value) : refuse(c, finalized.error)
  },
)

const refuse = (c: Context<EdgeEnv>, refusal: FinalizeRefusal): Response => {
  switch (refusal.reason) {
    case "not_found":
      return problem(c, "not-found")
    case "object_missing":
      return problem(c, "object-missing", {
        detail: "PUT the file or its parts to the presigned URLs, then finalize again.",
      })
    case "upload_lost":
      return problem(c, "upload-lost", {
        detail: "Open the multipart upload again, PUT its parts, then finalize again.",
      })
    case "parts_missing":
      return problem(c, "parts-missing", {
        detail: `PUT parts ${refusal.partNumbers.join(", ")} to their URLs, then finalize again.`,
      })
  }
}
