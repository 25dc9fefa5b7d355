import { Hono } from "hono"
import { originalKey } from "../../../domain/object-key.ts"
import type { NotFound } from "../../../domain/result.ts"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { inBackground } from "../../http/background.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { type CancelPhotoResponse, cancelPhotoParams, cancelPhotoResponse } from "./schema.ts"
import { cancelPhoto as statement } from "./sql.ts"

const failures: FailureProblems<NotFound> = { not_found: "not-found" }

export const cancelPhoto = new Hono<EdgeEnv>().delete(
  "/commands/photos/:photoId",
  describeOperation("cancelPhoto", {
    tag: "photos",
    summary: "Delete a photo",
    description:
      "Deletes a photo whose status is COMPLETED or FAILED. In any other status it cancels the upload.",
    responses: { 200: { description: "The photo's status.", schema: cancelPhotoResponse } },
  }),
  validParam(cancelPhotoParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const cancelled = await database.run(statement, { photoId, userId: principal.userId })
    if (!cancelled.ok) return respondFailure(c, failures, cancelled.error)

    const { uploadId, ...photo } = cancelled.value
    if (uploadId !== null) {
      const key = originalKey(config.environment, principal.userId, photoId)
      inBackground(c, objectStoreOf(config).abortMultipart(key, uploadId))
    }
    return c.json({ photoId, ...photo } satisfies CancelPhotoResponse)
  },
)
