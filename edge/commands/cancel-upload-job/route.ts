import { Hono } from "hono"
import { originalKey } from "../../../domain/object-key.ts"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { inBackground } from "../../http/background.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validParam } from "../../http/validation.ts"
import { type CancelUploadJobResponse, cancelUploadJobParams, cancelUploadJobResponse } from "./schema.ts"
import { cancelUploadJob as statement } from "./sql.ts"

export const cancelUploadJob = new Hono<EdgeEnv>().post(
  "/commands/upload-jobs/:jobId/cancel",
  describeOperation("cancelUploadJob", {
    tag: "uploads",
    summary: "Cancel an upload job",
    description:
      "Cancels every photo of the job whose status is not final. COMPLETED and FAILED photos are kept.",
    answers: {
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
    if (!cancelled) return problem(c, "not-found")

    const store = objectStoreOf(config)
    for (const { photoId, uploadId } of cancelled.photos)
      if (uploadId !== null)
        inBackground(c, store.abortMultipart(originalKey(config.environment, userId, photoId), uploadId))
    const cancelledPhotoIds = cancelled.photos.map(({ photoId }) => photoId)
    return c.json({ jobId, status: cancelled.status, cancelledPhotoIds } satisfies CancelUploadJobResponse)
  },
)
