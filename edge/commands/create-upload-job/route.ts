import { Hono } from "hono"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { userChannelOf } from "../../clients/user-channel.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { fingerprintOf, validIdempotencyKey } from "../../http/idempotency-key.ts"
import { acceptsUploads } from "../../http/load-gate.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { rateLimited } from "../../http/rate-limit.ts"
import { invalidFields, validJson } from "../../http/validation.ts"
import { dryRun } from "./dry-run.ts"
import { type CreateUploadJobFailure, createUploadJob as handle } from "./handler.ts"
import { toFieldError } from "./rejection-messages.ts"
import {
  type CreateUploadJobResponse,
  createUploadJobRequest,
  createUploadJobResponse,
  dryRunResponse,
} from "./schema.ts"

const failures: FailureProblems<CreateUploadJobFailure> = {
  files_rejected: ["validation-failed", ({ files }) => invalidFields(files.map(toFieldError))],
  quota_exceeded: ["quota-exceeded", { detail: "Delete photos, or send fewer files." }],
  key_reused: ["idempotency-key-reused", { detail: "Use a new key for a new request." }],
  key_in_use: [
    "idempotency-key-in-use",
    {
      detail: "Retry after one second to get the response of the first request.",
      headers: { "retry-after": "1" },
    },
  ],
}

export const createUploadJob = new Hono<EdgeEnv>().post(
  "/commands/upload-jobs",
  describeOperation("createUploadJob", {
    tag: "uploads",
    summary: "Create an upload job",
    description:
      "Returns a presigned request (method, URL and headers) for each declared file. If one file is invalid, no job is " +
      "created. A file whose `sha256` is that of a stored photo of the caller, or of an earlier file of the request, " +
      "becomes a photo with the status `DUPLICATE`: it has no URL and uses no quota. With `dryRun` it only checks the " +
      "files: it returns a result for each and creates nothing.",
    responses: {
      200: {
        description: "Only with `dryRun: true`: the result for each file. No job was created.",
        schema: dryRunResponse,
        name: "DryRunResponse",
      },
      201: {
        description: "The job was created. Contains the upload of each photo, in the order of the files.",
        schema: createUploadJobResponse,
        name: "CreateUploadJobResponse",
        headers: ["Location", "Idempotency-Replayed"],
      },
    },
    isRateLimited: true,
    problems: [...problemTypesOf(failures), "overloaded"],
  }),
  acceptsUploads,
  validJson(createUploadJobRequest),
  validIdempotencyKey,
  async (c) => {
    const { config, database, principal, trace } = c.var
    const { strategy: _, dryRun: isDryRun, ...request } = c.req.valid("json")
    const { files, allowDuplicates, importKeywords } = request
    const policy = { capacity: config.limits.createJobsPerMinute, fillMs: 60_000 }
    const limit = await userChannelOf(config, principal.userId).takeToken("create-upload-job", policy)
    const limited = rateLimited(c, "create-upload-job", policy, limit)
    if (limited) return limited

    const limits = {
      maxFileBytes: config.maxFileBytes,
      partSize: request.multipart ? request.partSize : null,
    }
    if (isDryRun) {
      const declared = { userId: principal.userId, files, allowDuplicates }
      return c.json(await dryRun({ database, limits }, declared))
    }

    const created = await handle(
      { environment: config.environment, limits, database, objectStore: objectStoreOf(config) },
      {
        userId: principal.userId,
        files,
        allowDuplicates,
        importKeywords,
        traceparent: trace.traceparent,
        ...c.req.valid("header"),
        fingerprint: await fingerprintOf(request),
      },
    )
    if (!created.ok) return respondFailure(c, failures, created.error)

    const { isReplayed, ...answer } = created.value
    Object.assign(c.var.logFacts, { jobId: answer.jobId, photos: answer.items.length })
    c.header("location", `/queries/upload-jobs/${answer.jobId}`)
    if (isReplayed) c.header("idempotency-replayed", "true")
    const body: CreateUploadJobResponse = { ...answer, storageEvents: config.hasStorageEvents }
    return c.json(body, 201)
  },
)
