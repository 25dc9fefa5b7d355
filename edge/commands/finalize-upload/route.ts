import { Hono } from "hono"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { workQueueOf } from "../../clients/work-queue.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { type FinalizeUploadFailure, finalizeUpload as handle } from "./handler.ts"
import { finalizeUploadParams, finalizeUploadResponse } from "./schema.ts"

const failures: FailureProblems<FinalizeUploadFailure> = {
  not_found: "not-found",
  object_missing: [
    "object-missing",
    { detail: "PUT the file or its parts to the presigned URLs, then finalize again." },
  ],
  upload_lost: [
    "upload-lost",
    { detail: "Open the multipart upload again, PUT its parts, then finalize again." },
  ],
  parts_missing: [
    "parts-missing",
    ({ partNumbers }) => ({
      detail: `PUT parts ${partNumbers.join(", ")} to their URLs, then finalize again.`,
    }),
  ],
}

export const finalizeUpload = new Hono<EdgeEnv>().post(
  "/commands/upload/:photoId/finalize",
  describeOperation("finalizeUpload", {
    tag: "uploads",
    summary: "Confirm the upload of a photo",
    description:
      "Idempotent; has the same effect as the S3 event. If the photo is uploaded in parts, it first completes the " +
      "multipart upload. Confirm many photos with one call of `POST /commands/upload-jobs/{jobId}/finalize`.",
    responses: { 200: { description: "The photo's status.", schema: finalizeUploadResponse } },
    problems: [...problemTypesOf(failures), "storage-unavailable", "queue-unavailable"],
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
    return finalized.ok ? c.json(finalized.value) : respondFailure(c, failures, finalized.error)
  },
)
