import { Hono } from "hono"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import { inBackground } from "../../http/background.ts"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { acceptsUploads } from "../../http/load-gate.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { invalidFields, validJson, validParam } from "../../http/validation.ts"
import { openMultipartUpload as handle, type OpenMultipartUploadFailure } from "./handler.ts"
import {
  openMultipartUploadParams,
  openMultipartUploadRequest,
  openMultipartUploadResponse,
} from "./schema.ts"

const failures: FailureProblems<OpenMultipartUploadFailure> = {
  not_found: "not-found",
  not_multipart: [
    "not-multipart",
    { detail: "PUT the file to its presigned URL. If the URL has expired, renew it." },
  ],
  already_uploaded: ["already-uploaded", { detail: "Get the photo to read its status." }],
  other_checksum_mode: [
    "other-checksum-mode",
    ({ hasPartChecksums }) => ({
      detail: hasPartChecksums
        ? "The upload was opened with part checksums. Send `parts`, which may be empty to get the stored ones."
        : "The upload was opened without part checksums. Send no `parts`.",
    }),
  ],
  parts_unknown: [
    "validation-failed",
    ({ partCount, indexes }) =>
      invalidFields(
        indexes.map((index) => ({
          pointer: `#/parts/${index}/partNumber`,
          code: "part_unknown",
          detail: `The file has ${partCount} parts.`,
        })),
      ),
  ],
}

export const openMultipartUpload = new Hono<EdgeEnv>().post(
  "/commands/upload/:photoId/multipart",
  describeOperation("openMultipartUpload", {
    tag: "uploads",
    summary: "Open or resume a multipart upload",
    description:
      "For photos that are larger than `partSize`. Returns a presigned URL for each part, and whether S3 already has the " +
      "part. With `parts` the upload has a SHA-256 for every part, which S3 verifies: the response has the URLs of these " +
      "parts and of the stored ones. Hash the file in steps and send the hashes in batches, in any order. The first call " +
      "decides whether the upload has part checksums.",
    responses: {
      200: {
        description: "Presigned URLs of all parts, or of the parts of the request and the stored ones.",
        schema: openMultipartUploadResponse,
      },
    },
    problems: [...problemTypesOf(failures), "overloaded", "storage-unavailable"],
  }),
  acceptsUploads,
  validParam(openMultipartUploadParams),
  validJson(openMultipartUploadRequest),
  async (c) => {
    const { config, database, principal } = c.var
    const { photoId } = c.req.valid("param")
    const { parts = null } = c.req.valid("json")
    c.var.logFacts.photoId = photoId
    const opened = await handle(
      {
        environment: config.environment,
        database,
        objectStore: objectStoreOf(config),
        inBackground: (work) => inBackground(c, work),
      },
      { photoId, userId: principal.userId, parts },
    )
    return opened.ok ? c.json(opened.value) : respondFailure(c, failures, opened.error)
  },
)
