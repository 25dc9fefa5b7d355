import { Hono } from "hono"
import { waitsForBytes } from "../../../domain/photo-status.ts"
import type { EdgeEnv } from "../../platform/context.ts"
import { describe } from "../../platform/describe.ts"
import { promisesUploads } from "../../platform/load-gate.ts"
import { objectStoreOf } from "../../platform/object-store/object-store.ts"
import { presignUpload } from "../../platform/presigned-upload.ts"
import { problem } from "../../platform/problem.ts"
import { validParam } from "../../platform/validation.ts"
import { type RenewUploadResponse, renewUploadParams, renewUploadResponse } from "./schema.ts"
import { selectUpload } from "./sql.ts"

export const renewUpload = new Hono<EdgeEnv>().post(
  "/commands/upload/:photoId/renew",
  describe("renewUpload", {
    tag: "uploads",
    summary: "Gives a photo that waits a fresh presigned URL",
    answers: { 200: { description: "How to bring the photo.", schema: renewUploadResponse } },
    problems: ["already-uploaded", "overloaded"],
  }),
  promisesUploads,
  validParam(renewUploadParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    c.var.logFacts.photoId = photoId
    const upload = await database.run(selectUpload, { photoId, userId: principal.userId })
    if (!upload) return problem(c, "not-found")
    const { status, photo } = upload
    if (!waitsForBytes(status)) return problem(c, "already-uploaded", { detail: `The photo is ${status}.` })
    const renewed = await presignUpload(objectStoreOf(config), photo)
    return c.json(renewed satisfies RenewUploadResponse)
  },
)
