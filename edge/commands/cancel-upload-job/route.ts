import { Hono } from "hono"
import { originalKey } from "../../../domain/object-key.ts"
import type { NotFound } from "../../../domain/result.ts"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { inBackground } from "../../http/background.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { type CancelUploadJobResponse, cancelUploadJobParams, cancelUploadJobResponse } from "./schema.ts"
import { cancelUploadJob as statement } from "./sql.ts"

const failures: FailureProblems<NotFound> = { not_found: "not-found" }

export const cancelUploadJob = new Hono<EdgeEnv>().post(
  "/commands/upload-jobs/:jobId/cancel",
  describeOperation("cancelUploadJob", {
    tag: "uploads",
    summary: "Cancel an upload job",
    description:
      "Cancels every photo of the job whose status is not final. COMPLETED and FAILED photos are kept.",
    responses: {
      200: { description: "The photos that this call cancelled.", schema: cancelUploadJobResponse },
    },
  }),
  validParam(cancelUploadJobParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { userId } = principal
    const { jobId } = c.req.valid("param")
    c.var.logFacts.jobId = jobId
    const cancelled = await database.run(statement, { jobId, userId })
    if (!cancelled.ok) return respondFailure(c, failures, cancelled.error)

    const { status, photos } = cancelled.value
    const store = objectStoreOf(config)
    for (const { photoId, uploadId } of photos)
      if (uploadId !== null)
        inBackground(c, store.abortMultipart(originalKey(config.environment, userId, photoId), uploadId))
    const cancelledPhotoIds = photos.map(({ photoId }) => photoId)
    return c.json({ jobId, status, cancelledPhotoIds } satisfies CancelUploadJobResponse)
  },
)
