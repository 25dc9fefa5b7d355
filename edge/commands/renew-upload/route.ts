import { Hono } from "hono"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { acceptsUploads } from "../../http/load-gate.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { renewUpload as handle, type RenewUploadFailure } from "./handler.ts"
import { renewUploadParams, renewUploadResponse } from "./schema.ts"

const failures: FailureProblems<RenewUploadFailure> = {
  not_found: "not-found",
  already_uploaded: ["already-uploaded", ({ status }) => ({ detail: `The photo is ${status}.` })],
}

export const renewUpload = new Hono<EdgeEnv>().post(
  "/commands/upload/:photoId/renew",
  describeOperation("renewUpload", {
    tag: "uploads",
    summary: "Renew the presigned URL of a photo",
    description: "Returns a new presigned URL for a photo that is not uploaded yet.",
    responses: {
      200: { description: "The new presigned request of the photo.", schema: renewUploadResponse },
    },
    problems: [...problemTypesOf(failures), "overloaded"],
  }),
  acceptsUploads,
  validParam(renewUploadParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const renewed = await handle(
      { database, objectStore: objectStoreOf(config) },
      { photoId, userId: principal.userId },
    )
    return renewed.ok ? c.json(renewed.value) : respondFailure(c, failures, renewed.error)
  },
)
