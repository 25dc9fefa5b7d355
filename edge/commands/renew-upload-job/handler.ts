import type { Database } from "../../../db/statement.ts"
import type { JobId, UserId } from "../../../domain/ids.ts"
import { isTerminalJob, type JobStatus } from "../../../domain/job-status.ts"
import { err, type NotFound, ok, type Result } from "../../../domain/result.ts"
import type { ObjectStore } from "../../clients/object-store/object-store.ts"
import { uploadItemOf } from "../../clients/object-store/presigned-upload.ts"
import type { RenewUploadJobResponse } from "./schema.ts"
import { selectPendingUploads } from "./sql.ts"

export type RenewUploadJobFailure = NotFound | { reason: "already_uploaded"; status: JobStatus }

/** Signs new URLs for the photos of a job that are not uploaded yet. */
export const renewUploadJob = async (
  { database, objectStore }: { database: Database; objectStore: ObjectStore },
  request: { jobId: JobId; userId: UserId },
): Promise<Result<RenewUploadJobResponse, RenewUploadJobFailure>> => {
  const found = await database.run(selectPendingUploads, request)
  if (!found.ok) return found
  const { status, photos } = found.value
  if (isTerminalJob(status)) return err({ reason: "already_uploaded", status })
  const items = await Promise.all(photos.map((photo) => uploadItemOf(objectStore, photo)))
  return ok({ jobId: request.jobId, items })
}
