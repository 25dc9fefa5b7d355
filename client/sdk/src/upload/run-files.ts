import { failureOf, fileChanged } from "./errors.ts"
import { type FileRecord, isFinal } from "./file-record.ts"
import { sendFile } from "./send-file.ts"
import { sendInParts } from "./send-parts.ts"
import type { UploadContext } from "./upload-context.ts"

/**
 * Brings one file of a created job to S3. Returns when its bytes are stored and confirmed, or when the file has a final
 * status. Never rejects.
 * @param hashed resolves when the file's hash is known, or null where files are not hashed
 */
export const runFile = async (
  context: UploadContext,
  record: FileRecord,
  hashed: Promise<string | null> | null,
): Promise<void> => {
  const { files, api, retryWhilePaused } = context
  if (isFinal(record.state.status)) return
  const { controller } = record
  try {
    if (record.request?.multipart) await context.largeFiles(() => sendInParts(context, record))
    else await sendWhole(context, record, hashed)
  } catch (error) {
    // A cancelled file, or a duplicate, has its final status already; a retried one has another controller.
    if (isFinal(record.state.status) || record.controller !== controller) return
    const failure = failureOf(error)
    const { photoId } = record.state
    if (failure.code === fileChanged.code && photoId !== null) {
      // Its photo accepts only the bytes that were hashed, so that it can never be completed.
      record.needsNewPhoto = true
      void retryWhilePaused(() => api.cancelPhoto(photoId)).catch(() => {})
    }
    files.change(record, { status: "failed", failure })
  }
}

const sendWhole = async (
  context: UploadContext,
  record: FileRecord,
  hashed: Promise<string | null> | null,
): Promise<void> => {
  if (hashed) {
    const sha256 = await hashed
    if (sha256 !== null && !record.isHashDeclared) await context.declareHash(record, sha256)
    if (isFinal(record.state.status)) return
  }
  await sendFile(context, record)
  if (context.files.change(record, { status: "uploaded" })) context.confirm(record)
}
