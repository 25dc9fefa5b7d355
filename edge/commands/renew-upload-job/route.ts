import { Hono } from "hono"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { inBackground } from "../../http/background.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { acceptsUploads } from "../../http/load-gate.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import type { FieldError } from "../../http/problem.ts"
import { invalidFields, validJson, validParam } from "../../http/validation.ts"
import {
  type RefusedPhoto,
  type RenewUploadJobFailure,
  renewPendingUploads,
  renewWithHashes,
} from "./handler.ts"
import {
  type RenewUploadJobResponse,
  renewUploadJobParams,
  renewUploadJobRequest,
  renewUploadJobResponse,
} from "./schema.ts"

const toFieldError = ({ index, reason }: RefusedPhoto): FieldError =>
  reason === "unknown"
    ? { pointer: `#/${index}/photoId`, code: "photo_unknown", detail: "The job has no such photo." }
    : {
        pointer: `#/${index}/sha256`,
        code: "sha256_differs",
        detail: "The photo was declared with another SHA-256. Declare other bytes as a new photo.",
      }

const failures: FailureProblems<RenewUploadJobFailure> = {
  not_found: "not-found",
  already_uploaded: [
    "already-uploaded",
    ({ status }) => ({ detail: `The job is ${status}. It has no photo left to upload.` }),
  ],
  photos_refused: ["validation-failed", ({ photos }) => invalidFields(photos.map(toFieldError))],
}

export const renewUploadJob = new Hono<EdgeEnv>().post(
  "/commands/upload-jobs/:jobId/renew",
  describeOperation("renewUploadJob", {
    tag: "uploads",
    summary: "Renew the presigned URLs of a job",
    description:
      "Returns new presigned URLs: without a body for every photo of the job that is not uploaded yet, with an array " +
      "for the photos in it. A photo with a `sha256` gets a URL that accepts only content with that hash, or becomes a " +
      "`DUPLICATE` of the photo that has the same bytes. Use it for hashes that were not known when the job was created.",
    responses: {
      200: {
        description:
          "The photos of the request, in its order; without a body the photos that are not uploaded yet.",
        schema: renewUploadJobResponse,
      },
    },
    problems: [...problemTypesOf(failures), "overloaded"],
  }),
  acceptsUploads,
  validParam(renewUploadJobParams),
  validJson(renewUploadJobRequest),
  async (c) => {
    const { config, database, principal } = c.var
    const { jobId } = c.req.valid("param")
    const photos = c.req.valid("json")
    c.var.logFacts.jobId = jobId
    const job = { jobId, userId: principal.userId }
    const dependencies = {
      database,
      objectStore: objectStoreOf(config),
      inBackground: (work: Promise<unknown>) => inBackground(c, work),
    }
    const renewed = Array.isArray(photos)
      ? await renewWithHashes(dependencies, job, photos)
      : await renewPendingUploads(dependencies, job)
    if (!renewed.ok) return respondFailure(c, failures, renewed.error)
    return c.json({ jobId, items: renewed.value } satisfies RenewUploadJobResponse)
  },
)
