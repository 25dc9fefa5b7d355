import type { Database } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import { type DeclaredFile, fileRejectionOf, type UploadLimits } from "../../../domain/upload-job.ts"
import { rejectionMessage } from "./rejection-messages.ts"
import type { DryRunResponse } from "./schema.ts"
import { selectDuplicates } from "./sql.ts"

/** Returns what `createUploadJob` would do with each file, and writes nothing. */
export const dryRun = async (
  { database, limits }: { database: Database; limits: UploadLimits },
  { userId, files }: { userId: UserId; files: readonly DeclaredFile[] },
): Promise<DryRunResponse> => {
  const checked = files.map((file) => ({
    filename: file.filename,
    sha256: file.sha256 ?? null,
    bytes: file.bytes,
    rejection: fileRejectionOf(file, limits),
  }))
  const accepted = checked
    .filter(({ rejection }) => !rejection)
    .map(({ bytes, sha256 }) => ({ bytes, sha256 }))
  const { isWithinQuota, duplicates } = await database.run(selectDuplicates, { userId, files: accepted })
  const photoIdOf = new Map(duplicates.map(({ sha256, photoId }) => [sha256, photoId]))
  return {
    dryRun: true,
    isWithinQuota,
    items: checked.map(({ filename, sha256, rejection }) => {
      if (rejection) {
        const reason = { code: rejection.reason, detail: rejectionMessage(rejection) }
        return { filename, result: "rejected", duplicateOf: null, reason }
      }
      const duplicateOf = photoIdOf.get(sha256 ?? "") ?? null
      return { filename, result: duplicateOf ? "duplicate" : "accepted", duplicateOf, reason: null }
    }),
  }
}
