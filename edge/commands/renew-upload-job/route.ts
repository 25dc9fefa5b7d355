import { Hono } from "hono"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { acceptsUploads } from "../../http/load-gate.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validParam } from "../../http/validation.ts"
import { renewUploadJob as handle, type RenewUploadJobFailure } from "./handler.ts"
import { renewUploadJobParams, renewUploadJobResponse } from "./schema.ts"

const failures: FailureProblems<RenewUploadJobFailure> = {
  not_found: "not-found",
  already_uploaded: [
    "already-uploaded",
    ({ status }) => ({ detail: `The job is ${status}. All its photos are uploaded, failed or cancelled.` }),
  ],
}

export const renewUploadJob = new Hono<EdgeEnv>().post(
  "/commands/upload-jobs/:jobId/renew",
  describeOperation("renewUploadJob", {
    tag: "uploads",
    summary: "Renew the presigned URLs of a job",
    description: "Returns new presigned URLs for every photo of the job that is not uploaded yet.",
    responses: {
      200: {
        description: "The presigned uploads of the photos that are not uploaded yet.",
        schema: renewUploadJobResponse,
      },
    },
    problems: [...problemTypesOf(failures), "overloaded"],
  }),
  acceptsUploads,
  validParam(renewUploadJobParams),
  async (c) => {
    const { config, database, principal } = c.var
    const { jobId } = c.req.valid("param")
    c.var.logFacts.jobId = jobId
    const renewed = await handle(
      { database, objectStore: objectStoreOf(config) },
      { jobId, userId: principal.userId },
    )
    return renewed.ok ? c.json(renewed.value) : respondFailure(c, failures, renewed.error)
  },
)
