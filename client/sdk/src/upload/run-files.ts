import { failureOf } from "./errors.ts"
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
  hashed: Promise<string> | null,
): Promise<void> => {
  const { files } = context
  try {
    if (record.request?.multipart) await sendInParts(context, record)
    else await sendWhole(context, record, hashed)
  } catch (error) {
    // A cancelled file, or a duplicate, has its final status already.
    if (isFinal(record.state.status)) return
    files.change(record, { status: "failed", failure: failureOf(error) })
  }
}

const sendWhole = async (
  context: UploadContext,
  record: FileRecord,
  hashed: Promise<string> | null,
): Promise<void> => {
  if (hashed) {
    const sha256 = await hashed
    if (!record.isHashDeclared) await context.declareHash(record, sha256)
    if (isFinal(record.state.status)) return
  }
  await sendFile(context, record)
  if (context.files.change(record, { status: "uploaded" })) context.confirm(record)
}
