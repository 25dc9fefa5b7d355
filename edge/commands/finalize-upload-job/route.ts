import { Hono } from "hono"
import type { NotFound } from "../../../domain/result.ts"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { workQueueOf } from "../../clients/work-queue.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validJson, validParam } from "../../http/validation.ts"
import { finalizeUploadJob as handle } from "./handler.ts"
import { finalizeUploadJobParams, finalizeUploadJobRequest, finalizeUploadJobResponse } from "./schema.ts"

const failures: FailureProblems<NotFound> = { not_found: "not-found" }

export const finalizeUploadJob = new Hono<EdgeEnv>().post(
  "/commands/upload-jobs/:jobId/finalize",
  describeOperation("finalizeUploadJob", {
    tag: "uploads",
    summary: "Confirm the uploads of a job",
    description:
      "Changes every photo whose file is in S3 to PROCESSING: all photos that are not uploaded yet, or those in " +
      "`photoIds`. Idempotent; has the same effect as the S3 events. If `storageEvents` is true, call it only " +
      "for photos whose status has not changed a few seconds after their upload. Finalize each photo that is uploaded in " +
      "parts with `POST /commands/upload/{photoId}/finalize`.",
    responses: { 200: { description: "The outcome for each photo.", schema: finalizeUploadJobResponse } },
    problems: ["storage-unavailable", "queue-unavailable"],
  }),
  validParam(finalizeUploadJobParams),
  validJson(finalizeUploadJobRequest),
  async (c) => {
    const { config, database, principal } = c.var
    const { jobId } = c.req.valid("param")
    const { photoIds = null } = c.req.valid("json")
    c.var.logFacts.jobId = jobId
    const finalized = await handle(
      {
        environment: config.environment,
        database,
        objectStore: objectStoreOf(config),
        workQueue: workQueueOf(config),
      },
      { jobId, userId: principal.userId, photoIds },
    )
    return finalized.ok ? c.json(finalized.value) : respondFailure(c, failures, finalized.error)
  },
)
