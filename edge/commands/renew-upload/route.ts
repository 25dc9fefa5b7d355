import { Hono } from "hono"
import { isUploadPending } from "../../../domain/photo-status.ts"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { presignUpload } from "../../clients/object-store/presigned-upload.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { acceptsUploads } from "../../http/load-gate.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validParam } from "../../http/validation.ts"
import { type RenewUploadResponse, renewUploadParams, renewUploadResponse } from "./schema.ts"
import { selectUpload } from "./sql.ts"

export const renewUpload = new Hono<EdgeEnv>().post(
  "/commands/upload/:photoId/renew",
  describeOperation("renewUpload", {
    tag: "uploads",
    summary: "Renew the presigned URL of a photo",
    description: "Returns a new presigned URL for a photo that is not uploaded yet.",
    answers: { 200: { description: "The presigned upload of the photo.", schema: renewUploadResponse } },
    problems: ["already-uploaded", "overloaded"],
  }),
  acceptsUploads,
  validParam(renewUploadParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const photo = await database.run(selectUpload, { photoId, userId: principal.userId })
    if (!photo) return problem(c, "not-found")
    const { status } = photo
    if (!isUploadPending(status)) return problem(c, "already-uploaded", { detail: `The photo is ${status}.` })
    const renewed = await presignUpload(objectStoreOf(config), { ...photo, status })
    return c.json(renewed satisfies RenewUploadResponse)
  },
)
